/** The words of model cards, in both languages. A card is a document that leaves this server, so its words do not belong to the pages. */

import type { Suite } from "../views/gate.ts";
import type { Language } from "../views/registry.ts";

export interface CardWords {
  heading: Record<
    "facts" | "made" | "data" | "figures" | "gate" | "use" | "limits" | "lineage" | "licence" | "loading" | "notes",
    string
  >;
  fact: Record<
    | "sha256"
    | "base"
    | "baseSha256"
    | "kind"
    | "rank"
    | "size"
    | "made"
    | "status"
    | "releases"
    | "tags"
    | "method"
    | "seed"
    | "steps"
    | "device"
    | "time"
    | "settings"
    | "file",
    string
  >;
  column: Record<"figure" | "value" | "suite" | "verdict" | "bar" | "use" | "examples" | "dataset" | "origin", string>;
  kind: Record<"POLICY" | "REWARD", string>;
  status: Record<"CANDIDATE" | "APPROVED" | "REJECTED" | "RETIRED" | "LIVE", string>;
  gate: Record<"NONE" | "QUEUED" | "RUNNING" | "PASSED" | "UNDECIDED" | "REFUSED" | "FAILED" | "CANCELLED", string>;
  suiteStatus: Record<"PASSED" | "FAILED" | "UNDECIDED" | "NOT_APPLICABLE" | "MISSING", string>;
  suite: Record<Suite, string>;
  role: Record<"DATA" | "REPLAY" | "HUMAN_PAIRS", string>;
  origin: Record<"FEEDBACK" | "UPLOAD" | "AI", string>;
  imported: (file: { fileName: string; at: string; sha256: string; baseNamed: boolean }) => string;
  minutes: (minutes: string) => string;
  split: (train: number, heldOut: number) => string;
  people: (pairs: number, judgements: number, raters: number) => string;
  erased: (count: number) => string;
  consent: string;
  noData: string;
  noFigures: string;
  interval: string;
  use: (base: string) => string;
  rewardUse: string;
  limits: readonly string[];
  licence: (base: string) => string;
  fromBase: (base: string) => string;
  from: string;
  loading: { llama: string; peft: string; merged: string; reward: string };
  separator: string;
}

export const CARD_WORDS: Record<Language, CardWords> = {
  en: {
    heading: {
      facts: "At a glance",
      made: "How it was made",
      data: "What it learned from",
      figures: "What was measured",
      gate: "Gate",
      use: "Intended use",
      limits: "Limits",
      lineage: "Lineage",
      licence: "Licence",
      loading: "How to load it",
      notes: "Notes",
    },
    fact: {
      sha256: "SHA-256 of the adapter",
      base: "Base model",
      baseSha256: "SHA-256 of the base",
      kind: "Kind",
      rank: "Rank, alpha",
      size: "Size",
      made: "Made",
      status: "Status",
      releases: "Releases",
      tags: "Tags",
      method: "Method",
      seed: "Seed",
      steps: "Steps",
      device: "Device",
      time: "Device time",
      settings: "Settings",
      file: "File",
    },
    column: {
      figure: "Figure",
      value: "Value",
      suite: "Suite",
      verdict: "Verdict",
      bar: "Bar",
      use: "Use",
      examples: "Examples",
      dataset: "Dataset",
      origin: "From",
    },
    kind: { POLICY: "language model adapter", REWARD: "reward model" },
    status: {
      CANDIDATE: "candidate",
      APPROVED: "approved",
      REJECTED: "refused by its gate",
      RETIRED: "retired",
      LIVE: "live",
    },
    gate: {
      NONE: "It has not been through a gate.",
      QUEUED: "It waits for its gate.",
      RUNNING: "Its gate is still measuring.",
      PASSED: "It passed its gate: nothing measured speaks against it, and it did better than what was live.",
      UNDECIDED: "Its gate did not decide: nothing measured speaks against it, and too little speaks for it.",
      REFUSED: "Its gate refused it: at least one suite found it worse than it may be.",
      FAILED: "Its gate could not measure it.",
      CANCELLED: "Its gate was called off.",
    },
    suiteStatus: {
      PASSED: "passed",
      FAILED: "failed",
      UNDECIDED: "undecided",
      NOT_APPLICABLE: "does not apply",
      MISSING: "missing",
    },
    suite: {
      heldOutPairs: "Held-out human pairs, win rate against live",
      rewardModel: "Win rate by the reward model",
      judge: "Win rate by the judge",
      lengthControlled: "Win rate at equal length",
      divergence: "Divergence (KL per reply)",
      length: "Length and style of replies",
      knowledge: "Knowledge",
      general: "Loss on general text",
      safety: "Safety",
      sycophancy: "Sycophancy",
      endings: "Replies that end by themselves",
      speed: "Speed",
    },
    role: { DATA: "training", REPLAY: "mixed in against forgetting", HUMAN_PAIRS: "comparison with the judge" },
    origin: { FEEDBACK: "people's judgements on this server", UPLOAD: "a file that was uploaded", AI: "a judge model" },
    imported: ({ fileName, at, sha256, baseNamed }) =>
      `It was not trained on this server but imported from \`${fileName}\` on ${at} (SHA-256 of that file: \`${sha256}\`). ` +
      (baseNamed
        ? "The file names this base model by its hash."
        : "The file does not name its base model by hash: only its shapes say that it fits."),
    minutes: (minutes) => `${minutes} minutes`,
    split: (train, heldOut) => `${train} to train on, ${heldOut} held out`,
    people: (pairs, judgements, raters) =>
      `Behind it, and behind the adapters it continues, are ${pairs} distinct preference pairs, ${judgements} judgements and ${raters} people who judged.`,
    erased: (count) =>
      `Since then, ${count} erasures have taken away something it learned from, and it has not been trained anew without.`,
    consent:
      "Feedback is used only of people who were told how it is used, and who kept neither themselves nor the conversation out of training when the data was frozen. This card names no person and quotes no conversation.",
    noData: "What it was trained on is not known to this server.",
    noFigures: "Nothing was measured at the end of a run.",
    interval: "Brackets are the interval that the suite decided by.",
    use: (base) =>
      `Chat with ${base}, by the people of the service it was trained for. It carries what those people preferred: elsewhere, measure it first.`,
    rewardUse:
      "Scoring replies to the same prompt against each other: a difference of two scores is the logit of one being preferred. A single score means nothing, and nobody should be judged by it.",
    limits: [
      "It can be wrong and say so with confidence. Figures here are averages over the data named above.",
      "It has learned the preferences of few people, who may share a view that others do not.",
      "What the base model cannot do, an adapter does not teach it; what the base model does wrongly may remain.",
      "Held-out data come from the same people and the same time as the training data, so other people and other times may see less of a difference.",
    ],
    licence: (base) =>
      `An adapter is a change of its base and of no use without it: whatever ${base}'s licence asks for holds here as well, and so may rights in the data. This server knows neither licence; look them up before passing these files on.`,
    fromBase: (base) => `${base} (base model)`,
    from: "continues",
    loading: {
      llama: "With llama.cpp, beside the base model's GGUF file:",
      peft: "With PEFT, on the base model's Transformers files:",
      merged: "As one GGUF file with its base: make it on the adapter's page, or by",
      reward: "Only Hone's training engine reads it:",
    },
    separator: ", ",
  },
  zh: {
    heading: {
      facts: "概览",
      made: "训练方式",
      data: "训练数据",
      figures: "测量结果",
      gate: "关卡",
      use: "预期用途",
      limits: "局限",
      lineage: "谱系",
      licence: "许可",
      loading: "如何加载",
      notes: "备注",
    },
    fact: {
      sha256: "适配器的 SHA-256",
      base: "基座模型",
      baseSha256: "基座模型的 SHA-256",
      kind: "类型",
      rank: "秩与 alpha",
      size: "大小",
      made: "生成时间",
      status: "状态",
      releases: "版本",
      tags: "标签",
      method: "方法",
      seed: "随机种子",
      steps: "步数",
      device: "设备",
      time: "设备用时",
      settings: "设置",
      file: "文件",
    },
    column: {
      figure: "指标",
      value: "数值",
      suite: "测试项",
      verdict: "结论",
      bar: "门槛",
      use: "用途",
      examples: "样本",
      dataset: "数据集",
      origin: "来源",
    },
    kind: { POLICY: "语言模型适配器", REWARD: "奖励模型" },
    status: { CANDIDATE: "候选", APPROVED: "已批准", REJECTED: "已否决", RETIRED: "已退役", LIVE: "使用中" },
    gate: {
      NONE: "尚未经过关卡。",
      QUEUED: "正在等待关卡。",
      RUNNING: "关卡仍在测量。",
      PASSED: "已通过关卡：没有测到不利之处，并且优于当时使用中的版本。",
      UNDECIDED: "关卡未能判定：没有测到不利之处，但有利的证据太少。",
      REFUSED: "被关卡拒绝：至少有一项测试低于要求。",
      FAILED: "关卡无法测量它。",
      CANCELLED: "关卡已取消。",
    },
    suiteStatus: {
      PASSED: "通过",
      FAILED: "未通过",
      UNDECIDED: "未定",
      NOT_APPLICABLE: "不适用",
      MISSING: "缺失",
    },
    suite: {
      heldOutPairs: "留出的人工偏好对，相对使用中版本的胜率",
      rewardModel: "奖励模型判断的胜率",
      judge: "评判模型判断的胜率",
      lengthControlled: "等长条件下的胜率",
      divergence: "偏离程度（每条回复的 KL）",
      length: "回复的长度与风格",
      knowledge: "知识",
      general: "一般文本的损失",
      safety: "安全",
      sycophancy: "迎合",
      endings: "能自行结束的回复",
      speed: "速度",
    },
    role: { DATA: "训练", REPLAY: "混入以防遗忘", HUMAN_PAIRS: "与评判模型对照" },
    origin: { FEEDBACK: "本服务器上人们的评价", UPLOAD: "上传的文件", AI: "评判模型" },
    imported: ({ fileName, at, sha256, baseNamed }) =>
      `它不是在本服务器上训练的，而是于 ${at} 从 \`${fileName}\` 导入（该文件的 SHA-256：\`${sha256}\`）。` +
      (baseNamed ? "文件以哈希写明了这个基座模型。" : "文件没有以哈希写明基座模型，只有形状表明它适用。"),
    minutes: (minutes) => `${minutes} 分钟`,
    split: (train, heldOut) => `训练 ${train} 条，留出 ${heldOut} 条`,
    people: (pairs, judgements, raters) =>
      `它以及它所延续的适配器，背后共有 ${pairs} 个不同的偏好对、${judgements} 次评判和 ${raters} 位评价者。`,
    erased: (count) => `此后有 ${count} 次抹除涉及它学过的内容，而它还没有在去掉这些内容后重新训练。`,
    consent:
      "只使用已被告知用途、且在冻结数据时没有让自己或该对话退出训练的人的反馈。本卡片不出现任何人名，也不引用任何对话。",
    noData: "本服务器不知道它用什么数据训练。",
    noFigures: "训练结束时没有测量任何指标。",
    interval: "方括号内是该测试项判定所依据的区间。",
    use: (base) => `用于与 ${base} 对话，面向训练它的那个服务的使用者。它带有这些人的偏好：用于别处之前请先测量。`,
    rewardUse:
      "用于比较同一提示的不同回复：两个分数之差是其中一条更受偏好的对数几率。单个分数没有意义，不应据此评判任何人。",
    limits: [
      "它可能出错，并且语气肯定。这里的指标是上述数据上的平均值。",
      "它学到的是少数人的偏好，这些人的看法未必为他人认同。",
      "基座模型做不到的事，适配器教不会；基座模型的错误可能依旧存在。",
      "留出数据与训练数据来自同一批人、同一时期，换一批人或换一个时期，差别可能更小。",
    ],
    licence: (base) =>
      `适配器是对基座模型的改动，离开它便无用处：${base} 的许可条款在此同样适用，数据也可能另有权利。本服务器不知道这些许可内容，分发这些文件之前请先查明。`,
    fromBase: (base) => `${base}（基座模型）`,
    from: "延续自",
    loading: {
      llama: "使用 llama.cpp，与基座模型的 GGUF 文件一起：",
      peft: "使用 PEFT，加载在基座模型的 Transformers 文件上：",
      merged: "与基座模型合并为一个 GGUF 文件：在适配器页面生成，或运行",
      reward: "只有 Hone 的训练引擎能读取它：",
    },
    separator: "、",
  },
};
