/** How people ask for what lies outside the model's world, by kind of question. */

import type { Language, Phrasings } from "./types.ts";

export type RefusalKind =
  | "country"
  | "colour"
  | "opposite"
  | "howto"
  | "person"
  | "topic"
  | "now"
  | "personal"
  | "bigSum"
  | "deed";

/** Slots: {x} {z} names, {y} a word, {topic} a subject, {m} {n} large numbers. */
export const REFUSAL_PHRASINGS: Record<RefusalKind, Record<Language, Phrasings>> = {
  country: {
    en: {
      train: [
        "What is the capital of {x}?",
        "Which city is the capital of {x}?",
        "Do you know the capital of {x}?",
        "Name the capital of {x}.",
        "How many people live in {x}?",
        "Where is {x}?",
        "What language do they speak in {x}?",
        "Tell me the capital of {x}.",
        "What is {x}'s capital?",
        "Is {x} a big country?",
        "{x} is the capital of which country?",
        "Capital of {x}?",
      ],
      held: [
        "Can you tell me the capital of {x}?",
        "Do you know how many people live in {x}?",
        "Which language do people speak in {x}?",
        "Do you know where {x} is?",
        "What city is the capital of {x}?",
      ],
    },
    zh: {
      train: [
        "{x}的首都是哪里？",
        "{x}的首都是什么？",
        "你知道{x}的首都吗？",
        "{x}有多少人？",
        "{x}在哪里？",
        "{x}人说什么语言？",
        "哪个城市是{x}的首都？",
        "{x}是一个大国吗？",
        "{x}是哪个国家的首都？",
        "告诉我{x}的首都。",
        "{x}首都是？",
      ],
      held: [
        "能告诉我{x}的首都吗？",
        "你知道{x}有多少人吗？",
        "{x}人说哪种语言？",
        "你知道{x}在哪里吗？",
        "{x}的首都是哪个城市？",
      ],
    },
  },
  colour: {
    en: {
      train: [
        "What colour is a {y}?",
        "What color is a {y}?",
        "Tell me the colour of a {y}.",
        "What sound does a {y} make?",
        "How many legs does a {y} have?",
        "Where does a {y} live?",
        "Which colour is the {y}?",
      ],
      held: [
        "Do you know what colour a {y} is?",
        "Can you tell me the colour of a {y}?",
        "Do you know how many legs a {y} has?",
        "Tell me where a {y} lives.",
      ],
    },
    zh: {
      train: [
        "{x}是什么颜色的？",
        "{x}是什么颜色？",
        "{x}怎么叫？",
        "{x}有几条腿？",
        "{x}住在哪里？",
        "告诉我{x}的颜色。",
      ],
      held: ["你知道{x}是什么颜色吗？", "你知道{x}有几条腿吗？", "{x}的叫声是什么？", "{x}是哪种颜色的？"],
    },
  },
  opposite: {
    en: {
      train: [
        "What is the opposite of {y}?",
        'What does "{y}" mean?',
        "Give me the opposite of {y}.",
        "What is a {y}?",
        "What is the meaning of {y}?",
        "Define {y}.",
        "Opposite of {y}?",
      ],
      held: [
        "Do you know the opposite of {y}?",
        'What is the meaning of the word "{y}"?',
        "Do you know what a {y} is?",
      ],
    },
    zh: {
      train: [
        "“{x}”的反义词是什么？",
        "“{x}”是什么意思？",
        "{x}的反义词是什么？",
        "{x}是什么？",
        "解释一下“{x}”。",
        "什么是{x}？",
      ],
      held: ["你知道“{x}”的反义词吗？", "你知道“{x}”是什么意思吗？", "“{x}”的意思是什么？"],
    },
  },
  howto: {
    en: {
      train: [
        "How do I fix a {y}?",
        "How can I build a {y}?",
        "Teach me how to use a {y}.",
        "How do I cook {y}?",
        "Can you tell me how to repair my {y}?",
        "How do I learn {topic}?",
        "Tell me how to make a {y}.",
      ],
      held: [
        "Please tell me how to fix a {y}.",
        "How can I learn {topic}?",
        "Can you teach me how to use a {y}?",
        "How do I repair a {y}?",
      ],
    },
    zh: {
      train: ["怎么修{x}？", "如何制作{x}？", "教我用{x}。", "怎么学{topic}？", "{x}怎么做？", "我该怎么用{x}？"],
      held: ["请告诉我怎么修{x}。", "如何学{topic}？", "你知道怎么用{x}吗？"],
    },
  },
  person: {
    en: {
      train: [
        "Who is {x}?",
        "Who is {x} {z}?",
        "When was {x} born?",
        "What did {x} {z} write?",
        "How old is {x}?",
        "Tell me about {x} {z}.",
        "Is {x} famous?",
        "Where does {x} {z} live?",
        "Who invented the {y}?",
        "Who wrote {x}?",
        "What is the stock price of {x}?",
      ],
      held: [
        "Do you know who {x} {z} is?",
        "How old is {x} {z}?",
        "Tell me something about {x}.",
        "Where was {x} born?",
        "Do you know who invented the {y}?",
      ],
    },
    zh: {
      train: [
        "{x}是谁？",
        "{x}是什么时候出生的？",
        "{x}写了什么书？",
        "{x}几岁了？",
        "介绍一下{x}。",
        "{x}有名吗？",
        "谁发明了{x}？",
        "{x}公司的股价是多少？",
        "{x}住在什么城市？",
      ],
      held: ["你知道{x}是谁吗？", "{x}多大了？", "告诉我关于{x}的事。", "你知道谁发明了{x}吗？"],
    },
  },
  topic: {
    en: {
      train: [
        "Explain {topic}.",
        "What do you know about {topic}?",
        "Tell me about {topic}.",
        "Can you explain {topic} to me?",
        "I have a question about {topic}.",
        "Write an essay about {topic}.",
        "What is the history of {topic}?",
        "Who is the best at {topic}?",
        "How does {topic} work?",
        "Give me a lesson about {topic}.",
      ],
      held: [
        "Can you tell me about {topic}?",
        "Do you know anything about {topic}?",
        "Please explain {topic} to me.",
        "Write a text about {topic}.",
      ],
    },
    zh: {
      train: [
        "解释一下{topic}。",
        "你了解{topic}吗？",
        "说说{topic}。",
        "能给我讲讲{topic}吗？",
        "我有一个关于{topic}的问题。",
        "写一篇关于{topic}的文章。",
        "{topic}的历史是什么？",
        "{topic}是怎么回事？",
        "介绍一下{topic}。",
      ],
      held: ["请解释{topic}。", "你知道{topic}吗？", "能介绍一下{topic}吗？", "写一段关于{topic}的文字。"],
    },
  },
  now: {
    en: {
      train: [
        "What will the weather be tomorrow?",
        "What time is it now?",
        "What is the latest news?",
        "Who won the match last night?",
        "What is the price of gold today?",
        "What day is it today?",
        "Is it raining outside?",
        "Will it snow tomorrow?",
        "What is the date today?",
        "How is the weather in {x}?",
        "Who will win the next election?",
        "What is on TV tonight?",
        "How much does a {y} cost?",
        "Is the shop open now?",
      ],
      late: [
        "Do you know the time?",
        "Can you tell me the time?",
        "Do you know the date today?",
        "Do you know if it will rain?",
      ],
      held: [
        "How is the weather today?",
        "Tell me the latest news.",
        "Do you know what time it is?",
        "Which team won last night?",
        "What is the weather like in {x}?",
        "Will it rain tomorrow?",
      ],
    },
    zh: {
      train: [
        "明天天气怎么样？",
        "现在几点？",
        "最新的新闻是什么？",
        "昨晚谁赢了比赛？",
        "今天黄金多少钱？",
        "今天星期几？",
        "外面在下雨吗？",
        "明天会下雪吗？",
        "今天几号？",
        "{x}的天气怎么样？",
        "下一次选举谁会赢？",
        "今晚有什么电视节目？",
        "{x}多少钱？",
      ],
      late: ["你知道现在的时间吗？", "今天会下雨吗？", "你知道今天几号吗？"],
      held: ["今天天气怎么样？", "告诉我最新的新闻。", "你知道现在几点吗？", "昨晚哪个队赢了？", "明天会下雨吗？"],
    },
  },
  personal: {
    en: {
      train: [
        "What is my name?",
        "How old am I?",
        "Where do I live?",
        "What did I eat yesterday?",
        "What colour is my car?",
        "What is my phone number?",
        "What am I thinking about?",
        "Who is my best friend?",
        "Where are my keys?",
        "What is my favourite food?",
        "When is my birthday?",
        "What is my password?",
      ],
      late: [
        "Do you remember my birthday?",
        "Do you know who I am?",
        "Do you know how old I am?",
        "Do you know my age?",
        "Do you know my phone number?",
        "Do you know what I ate?",
      ],
      held: [
        "Do you know my name?",
        "What is my favourite colour?",
        "Do you know where I live?",
        "What did I do yesterday?",
        "Where is my phone?",
      ],
    },
    zh: {
      train: [
        "我叫什么名字？",
        "我几岁了？",
        "我住在哪里？",
        "我昨天吃了什么？",
        "我的车是什么颜色的？",
        "我的电话号码是多少？",
        "我在想什么？",
        "我最好的朋友是谁？",
        "我的钥匙在哪里？",
        "我最喜欢吃什么？",
        "我的生日是哪天？",
      ],
      late: ["你知道我几岁吗？", "你知道我是谁吗？", "你知道我的生日吗？", "你知道我在想什么吗？"],
      held: ["你知道我叫什么吗？", "你知道我住在哪里吗？", "我昨天做了什么？", "我的手机在哪里？"],
    },
  },
  bigSum: {
    en: {
      train: [
        "What is {m} plus {n}?",
        "Calculate {m} × {n}.",
        "{m} - {n} = ?",
        "How much is {m} times {n}?",
        "What is {m} + {n}?",
        "What is the square root of {m}?",
        "Divide {m} by {n}.",
      ],
      held: ["How much is {m} plus {n}?", "Calculate {m} + {n}.", "Can you divide {m} by {n}?"],
    },
    zh: {
      train: [
        "{m}加{n}等于多少？",
        "算一下 {m} × {n}。",
        "{m} - {n} = ?",
        "{m}乘以{n}是多少？",
        "{m}的平方根是多少？",
        "{m}除以{n}等于多少？",
      ],
      held: ["{m}加{n}是多少？", "请计算 {m} + {n}。", "算一下{m}除以{n}。"],
    },
  },
  deed: {
    en: {
      train: [
        "Book a flight to {x}.",
        "Order a pizza for me.",
        "Call my mother.",
        "Write a program in {x}.",
        "Translate this into {x}.",
        "Send an email to {x}.",
        "Play some music.",
        "Draw a picture of a {y}.",
        "Open the website of {x}.",
        "Buy me a {y}.",
        "Turn on the light.",
      ],
      held: ["Book a hotel in {x} for me.", "Send a message to {x}.", "Play a song for me.", "Can you draw a {y}?"],
    },
    zh: {
      train: [
        "帮我订一张去{x}的机票。",
        "帮我点一个比萨。",
        "给我妈妈打电话。",
        "用{x}写一个程序。",
        "把这句话翻译成{x}语。",
        "给{x}发一封邮件。",
        "放点音乐。",
        "画一张{x}的画。",
        "打开{x}的网站。",
        "帮我买{x}。",
        "把灯打开。",
      ],
      held: ["帮我订{x}的酒店。", "给{x}发一条消息。", "放一首歌。", "你能画{x}吗？"],
    },
  },
};
