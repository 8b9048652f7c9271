// Where the viewer writes: Enter sends, Shift+Enter breaks the line, Stop stands where Send was while a reply runs.
"use client";
import { ArrowUp, Columns2, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { isSendKey } from "../_lib/send-key.ts";
import { putBefore, readUnsent, writeUnsent } from "../_lib/unsent.ts";

export type ComposerHandle = {
  focus: () => void;
  /** Gives back words that could not be sent, before anything typed since. */
  giveBack: (text: string) => void;
};

type ComposerProps = {
  ref: Ref<ComposerHandle>;
  conversationId: string | null;
  /** A reply is being written or asked for: Send becomes Stop. */
  running: boolean;
  /** Whether the next prompt asks for several replies side by side. */
  sideBySide: boolean;
  onSideBySide: (wanted: boolean) => void;
  /** Null while there is nothing that can be stopped yet. */
  onStop: (() => void) | null;
  onSend: (content: string) => void;
  onTyped: () => void;
};

export function Composer({ ref, conversationId, running, onStop, onSend, onTyped, ...props }: ComposerProps) {
  const t = useTranslations("chat");
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  // What the field holds at this moment, for words that come back between two renderings.
  const typed = useRef("");
  const hydrated = useRef(false);
  const canSend = !running && text.trim() !== "";

  // Unsent words live in this browser, so the server renders an empty field and they follow.
  useEffect(() => {
    // Whoever is quicker than the scripts has typed into that empty field already; those words come after them.
    const early = hydrated.current ? "" : (area.current?.value ?? "");
    hydrated.current = true;
    const kept = readUnsent(conversationId);
    typed.current = kept && early.trim() ? putBefore(kept, early) : kept || early;
    setText(typed.current);
    if (early.trim()) writeUnsent(conversationId, typed.current);
    // Touch keyboards would cover half the screen unasked.
    if (window.matchMedia("(hover: hover)").matches) area.current?.focus({ preventScroll: true });
  }, [conversationId]);

  const edit = (value: string) => {
    typed.current = value;
    setText(value);
    writeUnsent(conversationId, value);
  };

  useImperativeHandle(ref, () => ({
    focus: () => area.current?.focus(),
    giveBack(words) {
      edit(putBefore(words, typed.current));
      area.current?.focus();
    },
  }));

  const submit = () => {
    if (!canSend) return;
    // What is stored stays until the server has the words.
    typed.current = "";
    setText("");
    onSend(text.trim());
  };

  return (
    <form
      className="relative flex items-end gap-2 rounded-xl border border-line-strong bg-surface p-2 transition-colors focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <IconButton
        size="lg"
        label={t("sideBySide")}
        tooltipSide="top"
        aria-pressed={props.sideBySide}
        className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
        onClick={() => props.onSideBySide(!props.sideBySide)}
      >
        <Columns2 />
      </IconButton>
      <textarea
        ref={area}
        rows={1}
        aria-label={t("message")}
        placeholder={t("messagePlaceholder")}
        className="field-sizing-content max-h-60 min-h-9 flex-1 resize-none bg-transparent px-2 py-1.5 text-base placeholder:text-faint focus-visible:outline-none"
        value={text}
        onChange={(event) => {
          edit(event.target.value);
          onTyped();
        }}
        onKeyDown={(event) => {
          if (!isSendKey(event)) return;
          event.preventDefault();
          submit();
        }}
      />
      {running ? (
        <IconButton
          key="stop"
          variant="primary"
          size="lg"
          label={t("stop")}
          disabled={!onStop}
          onClick={() => onStop?.()}
        >
          <Square className="fill-current" />
        </IconButton>
      ) : (
        <IconButton key="send" type="submit" variant="accent" size="lg" label={t("send")} disabled={!canSend}>
          <ArrowUp />
        </IconButton>
      )}
    </form>
  );
}
