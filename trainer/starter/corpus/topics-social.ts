/** Small talk between people: greetings, thanks, farewells, feelings. */

import type { Topic } from "./talk.ts";

export const SOCIAL_TOPICS: readonly Topic[] = [
  {
    name: "hello",
    domain: "greeting",
    phrasings: {
      en: {
        train: [
          "Hello",
          "Hi",
          "Hey",
          "Hi there!",
          "Hello there!",
          "Good morning!",
          "Good evening.",
          "Hey there",
          "Nice to meet you.",
          "Hello Hone!",
          "Hi, Hone",
        ],
        held: ["Good evening, Hone!", "Good afternoon!", "Hey Hone", "Hello, nice to meet you.", "Hi hi!"],
      },
      zh: {
        train: [
          "你好",
          "您好",
          "嗨",
          "早上好",
          "晚上好",
          "在吗？",
          "大家好",
          "你好呀",
          "你好，Hone",
          "嗨，你好",
          "很高兴认识你",
        ],
        held: ["下午好", "您好，Hone", "你好你好", "嗨，Hone", "你好，很高兴认识你"],
      },
    },
    answers: {
      en: [
        { short: "Hello", full: "Hello, it is nice to meet you", emoji: "👋" },
        { short: "Hi there", full: "Hello, how can I help you today?", emoji: "😊" },
      ],
      zh: [
        { short: "你好", full: "你好，很高兴见到你", emoji: "👋" },
        { short: "你好呀", full: "你好，有什么可以帮你的吗？", emoji: "😊" },
      ],
    },
    all: { en: [["hello", "hi", "hey"]], zh: [["你好"]] },
    none: { en: ["goodbye", "welcome"], zh: ["再见", "不客气"] },
    social: true,
  },
  {
    name: "howAreYou",
    domain: "greeting",
    phrasings: {
      en: {
        train: [
          "How are you?",
          "How are you doing?",
          "Are you well?",
          "How are you today?",
          "How is it going?",
          "Hi, how are you?",
        ],
        held: ["Hello, how are you doing?", "How are you doing today?", "Hey, how are you?"],
      },
      zh: {
        train: ["你好吗？", "你最近怎么样？", "你今天好吗？", "最近好吗？", "你还好吗？"],
        held: ["你最近好吗？", "你今天怎么样？", "最近怎么样？"],
      },
    },
    answers: {
      en: [{ short: "I am fine, thank you", full: "I am fine, thank you, and I am ready to help you", emoji: "😊" }],
      zh: [{ short: "我很好，谢谢", full: "我很好，谢谢你的关心，随时可以帮你", emoji: "😊" }],
    },
    all: { en: [["fine"]], zh: [["我很好"]] },
    none: { en: ["goodbye"], zh: ["再见"] },
    social: true,
  },
  {
    name: "thanks",
    domain: "thanks",
    phrasings: {
      en: {
        train: [
          "Thanks",
          "Thank you",
          "Thank you very much!",
          "Thanks a lot!",
          "Great, thanks.",
          "Thank you, Hone.",
          "Thanks for your help.",
          "Many thanks",
        ],
        held: ["Thank you for your help.", "Thank you so much!", "Great, thank you!", "Thanks, Hone!"],
      },
      zh: {
        train: ["谢谢", "谢谢你", "多谢", "太感谢了", "非常感谢", "谢谢你的帮助", "好的，谢谢", "谢谢Hone"],
        held: ["非常感谢你", "谢谢你，Hone", "太谢谢了", "好的，谢谢你"],
      },
    },
    answers: {
      en: [{ short: "You're welcome", full: "You're welcome, I am happy to help", emoji: "😊" }],
      zh: [{ short: "不客气", full: "不客气，很高兴能帮到你", emoji: "😊" }],
    },
    all: { en: [["welcome"]], zh: [["不客气"]] },
    none: { en: ["goodbye", "hello"], zh: ["再见"] },
    social: true,
  },
  {
    name: "bye",
    domain: "farewell",
    phrasings: {
      en: {
        train: [
          "Bye",
          "Goodbye!",
          "See you later.",
          "Good night!",
          "I have to go.",
          "Bye bye",
          "See you tomorrow!",
          "Goodbye, Hone.",
        ],
        held: ["Bye, Hone!", "I have to go now, bye.", "Goodbye, see you later!", "See you!"],
      },
      zh: {
        train: ["再见", "拜拜", "晚安", "回头见", "我走了", "明天见", "我要走了，再见", "再见，Hone"],
        held: ["我走了，拜拜", "好的，再见", "再见，明天见", "拜拜，Hone"],
      },
    },
    answers: {
      en: [{ short: "Goodbye", full: "Goodbye, have a nice day", emoji: "👋" }],
      zh: [{ short: "再见", full: "再见，祝你一切顺利", emoji: "👋" }],
    },
    all: { en: [["goodbye"]], zh: [["再见"]] },
    none: { en: ["hello"], zh: ["你好"] },
    social: true,
  },
  {
    name: "sad",
    domain: "feeling",
    phrasings: {
      en: {
        train: [
          "I am sad.",
          "I feel sad today.",
          "I am so tired.",
          "I feel lonely.",
          "I had a bad day.",
          "I am unhappy.",
          "I'm feeling down.",
          "I am very sad today.",
          "I feel tired.",
        ],
        held: ["I feel so sad.", "I am tired today.", "I feel lonely today.", "I had a very bad day."],
      },
      zh: {
        train: [
          "我很难过。",
          "我今天不开心。",
          "我好累。",
          "我觉得孤单。",
          "今天真糟糕。",
          "我心情不好。",
          "我今天很难过。",
          "我觉得很累。",
        ],
        held: ["我今天好难过。", "我今天很累。", "我今天心情不好。", "我很不开心。"],
      },
    },
    answers: {
      en: [
        { short: "I am sorry to hear that", full: "I am sorry to hear that, I hope you feel better soon", emoji: "💙" },
      ],
      zh: [{ short: "听到这个我很难过", full: "听到这个我很难过，希望你很快好起来", emoji: "💙" }],
    },
    all: { en: [["sorry to hear"]], zh: [["我很难过"]] },
    none: { en: ["glad", "great"], zh: ["真为你高兴"] },
    social: true,
  },
  {
    name: "glad",
    domain: "feeling",
    phrasings: {
      en: {
        train: [
          "I am happy.",
          "I feel great today!",
          "I am so glad.",
          "I had a good day.",
          "I'm very happy today!",
          "I feel good.",
          "Today was a great day.",
        ],
        held: ["I feel happy today.", "I am so happy!", "I had a great day!", "I am very glad today."],
      },
      zh: {
        train: [
          "我很开心。",
          "我今天很高兴！",
          "我感觉很好。",
          "今天真棒！",
          "我太高兴了。",
          "我心情很好。",
          "我今天过得很好。",
        ],
        held: ["我今天很开心！", "我很高兴。", "我今天心情很好。", "我太开心了！"],
      },
    },
    answers: {
      en: [{ short: "I am glad to hear that", full: "I am glad to hear that, it makes me happy too", emoji: "🎉" }],
      zh: [{ short: "真为你高兴", full: "真为你高兴，我也很开心", emoji: "🎉" }],
    },
    all: { en: [["glad to hear"]], zh: [["真为你高兴"]] },
    none: { en: ["sorry"], zh: ["难过"] },
    social: true,
  },
];
