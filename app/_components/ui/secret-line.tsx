// Something that is shown once and is to be copied: a key, a link, a command.
import { CopyButton } from "./copy-button.tsx";

export function SecretLine({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex items-start gap-1 rounded-lg border bg-sunken/60 py-1 pr-1 pl-3">
      <code className="min-w-0 flex-1 py-1 [overflow-wrap:anywhere] font-mono text-sm">{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
