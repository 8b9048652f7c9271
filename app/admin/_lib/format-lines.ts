// A line of each format and kind, as an import takes it; tests read every one of them.
import type { DataKind } from "../../../server/domain/run-config.ts";
import type { DataFormat } from "../../../server/domain/views.ts";
import { EXAMPLE_LINES } from "./example-lines.ts";

/** Open WebUI's lines carry the whole conversation around the rated reply; this is the least of it. */
const rated = (messages: string) =>
  `{"data": {"rating": 1}, "meta": {"message_id": "r1"}, "snapshot": {"chat": {"history": {"messages": {${messages}}}}}}`;
const ASKED = '"p": {"id": "p", "role": "user", "content": "What is 2 plus 3?"}';
const REPLIED = '"r1": {"id": "r1", "parentId": "p", "role": "assistant", "content": "5."}';
const OTHER = '"r2": {"id": "r2", "parentId": "p", "role": "assistant", "content": "It depends."}';

/** Kinds that a format has no layout for are left out; see FORMAT_KINDS. */
export const FORMAT_LINES: Record<DataFormat, Partial<Record<DataKind, string>>> = {
  hone: EXAMPLE_LINES,
  trl: EXAMPLE_LINES,
  sharegpt: {
    PAIRS:
      '{"conversations": [{"from": "human", "value": "What is 2 plus 3?"}], "chosen": {"from": "gpt", "value": "5."}, "rejected": {"from": "gpt", "value": "It depends."}}',
    THUMBS:
      '{"conversations": [{"from": "human", "value": "What is 2 plus 3?"}, {"from": "gpt", "value": "5."}], "kto_tag": true}',
    DIALOGUES: '{"conversations": [{"from": "human", "value": "What is 2 plus 3?"}, {"from": "gpt", "value": "5."}]}',
    PROMPTS: '{"conversations": [{"from": "human", "value": "What is 2 plus 3?"}]}',
    TEXTS: '{"text": "Two plus three is five."}',
  },
  "llama-factory": {
    PAIRS: '{"instruction": "What is 2 plus 3?", "input": "", "chosen": "5.", "rejected": "It depends."}',
    THUMBS: '{"instruction": "What is 2 plus 3?", "input": "", "output": "5.", "kto_tag": true}',
    DIALOGUES: '{"instruction": "What is 2 plus 3?", "input": "", "output": "5."}',
    PROMPTS: '{"instruction": "What is 2 plus 3?", "input": ""}',
    TEXTS: '{"text": "Two plus three is five."}',
  },
  openai: {
    PAIRS:
      '{"input": {"messages": [{"role": "user", "content": "What is 2 plus 3?"}]}, "preferred_output": [{"role": "assistant", "content": "5."}], "non_preferred_output": [{"role": "assistant", "content": "It depends."}]}',
    DIALOGUES: EXAMPLE_LINES.DIALOGUES,
    PROMPTS: '{"messages": [{"role": "user", "content": "What is 2 plus 3?"}], "reference_answer": "5"}',
  },
  hh: {
    PAIRS:
      '{"chosen": "\\n\\nHuman: What is 2 plus 3?\\n\\nAssistant: 5.", "rejected": "\\n\\nHuman: What is 2 plus 3?\\n\\nAssistant: It depends."}',
    DIALOGUES: '{"transcript": "\\n\\nHuman: What is 2 plus 3?\\n\\nAssistant: 5."}',
  },
  "open-webui": {
    PAIRS: rated(`${ASKED}, ${REPLIED}, ${OTHER}`),
    THUMBS: rated(`${ASKED}, ${REPLIED}`),
    DIALOGUES: rated(`${ASKED}, ${REPLIED}`),
    PROMPTS: rated(`${ASKED}, ${REPLIED}`),
  },
};
