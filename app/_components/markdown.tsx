// A reply's Markdown as elements: sanitised while it streams, nothing loaded from other hosts, code with a copy button.
"use client";
import { useTranslations } from "next-intl";
import { type ComponentProps, isValidElement, memo, type ReactNode } from "react";
import { type Components, defaultRehypePlugins, Streamdown } from "streamdown";
import "./markdown.css";
import { CopyButton } from "./ui/copy-button.tsx";

const [harden] = defaultRehypePlugins.harden as [unknown, unknown];

// Order matters: raw HTML becomes elements, those are sanitised, then links and pictures are restricted.
const rehypePlugins = [
  defaultRehypePlugins.raw,
  defaultRehypePlugins.sanitize,
  [
    harden,
    {
      allowedLinkPrefixes: ["*"],
      allowedProtocols: ["http", "https", "mailto"],
      // A picture's address is fetched without asking, so a reply could send the conversation to its host.
      allowedImagePrefixes: [],
      allowDataImages: false,
      linkBlockPolicy: "text-only",
      imageBlockPolicy: "text-only",
    },
  ],
] as ComponentProps<typeof Streamdown>["rehypePlugins"];

function CodeBlock({ children }: { children?: ReactNode }) {
  const t = useTranslations("chat");
  const code = isValidElement<{ className?: string; children?: ReactNode }>(children) ? children.props : null;
  const text = String(code?.children ?? "").replace(/\n$/, "");
  const language = /language-([\w+#-]+)/.exec(code?.className ?? "")?.[1];
  return (
    <div className="my-3 overflow-hidden rounded-lg border bg-surface">
      <div className="flex h-9 items-center justify-between border-b bg-sunken/60 pr-1 pl-3">
        <span className="font-mono text-quiet text-xs">{language ?? t("code")}</span>
        <CopyButton text={text} label={t("copyCode")} size="sm" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-sm">
        <code>{text}</code>
      </pre>
    </div>
  );
}

const components: Components = {
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  inlineCode: ({ children }) => <code className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-sm">{children}</code>,
  a: ({ href, children }) => (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (WCAG 2.1.1)
    <div tabIndex={0} className="my-3 overflow-x-auto rounded-lg border">
      <table>{children}</table>
    </div>
  ),
};

export const Markdown = memo(function Markdown({ text, streaming }: { text: string; streaming: boolean }) {
  return (
    <Streamdown
      className={streaming ? "markdown markdown-streaming" : "markdown"}
      components={components}
      rehypePlugins={rehypePlugins}
      controls={false}
      linkSafety={{ enabled: false }}
      isAnimating={streaming}
      dir="auto"
    >
      {text}
    </Streamdown>
  );
});
