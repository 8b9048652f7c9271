// A line of each kind of file, as the upload takes it; tests hold it to that.
import type { DataKind } from "../../../server/domain/run-config.ts";

export const EXAMPLE_LINES: Record<DataKind, string> = {
  PAIRS: '{"prompt": "What is 2 plus 3?", "chosen": "5.", "rejected": "It depends."}',
  RANKINGS:
    '{"prompt": "What is 2 plus 3?", "replies": [{"content": "5.", "rank": 1}, {"content": "Five, I think.", "rank": 2}]}',
  THUMBS: '{"prompt": "What is 2 plus 3?", "completion": "5.", "label": true}',
  DIALOGUES: '{"messages": [{"role": "user", "content": "What is 2 plus 3?"}, {"role": "assistant", "content": "5."}]}',
  PROMPTS: '{"prompt": "What is 2 plus 3?", "answer": "5"}',
  TEXTS: '{"text": "Two plus three is five."}',
};
