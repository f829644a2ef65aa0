import { PaperClipOutlined, SendOutlined } from "@ant-design/icons";
import { App, Button, Input, Segmented, type GetRef } from "antd";
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from "react";

import { useShortcuts } from "../../app/keyboard";
import { useChords } from "../../chat/chords";
import { useRoom } from "../../chat/Duty";
import { objection, TYPES } from "../../chat/files";
import type { Pending } from "../../chat/outbox";
import { queryIn } from "../../chat/replies";
import type { Thread } from "../../chat/thread";
import { useTexts } from "../../texts/texts";
import { Held } from "./Held";
import { useReplyPicker } from "./useReplyPicker";

/** As many characters as the server takes (care/desk/rules.py). */
const MOST = 4_000;

type Mode = Pending["kind"];

/** `unknown`: the server has not said yet whether one may write. */
export type Standing = "unknown" | "open" | "listening" | "closed" | "wecom";

interface Props {
  thread: Thread;
  state: Standing;
  isTaken: boolean;
}

/** The field for the customer, and another one for notes: nothing meant for staff goes out by a wrong key. */
export function Composer({ thread, state, isTaken }: Props) {
  const words = useTexts().chat;
  const texts = words.composer;
  const room = useRoom();
  const { message } = App.useApp();
  const field = useRef<GetRef<typeof Input.TextArea>>(null);
  const files = useRef<HTMLInputElement>(null);
  const [chosen, setMode] = useState<Mode>("message");
  const [drafts, setDrafts] = useState(thread.drafts);
  const [isOver, setOver] = useState(false);
  const canWrite = state === "open";
  const isKnown = state !== "unknown";
  const mode = canWrite || !isKnown ? chosen : "note";
  const text = drafts[mode];

  const write = (next: string, into: Mode = mode): void => {
    thread.drafts = { ...thread.drafts, [into]: next };
    setDrafts(thread.drafts);
    if (into === "message") room.typed(thread.id, queryIn(next) === null ? next : "");
  };
  const picker = useReplyPicker(thread.id, mode === "message" ? queryIn(text) : null, (filled) => {
    write(filled, "message");
    field.current?.focus();
  });
  const send = (): void => {
    if (!text.trim() || picker.isOpen) return;
    room.say(thread.id, text.trim(), mode);
    write("");
    field.current?.focus();
  };
  const turn = (): void => {
    if (!canWrite) return;
    setMode(mode === "note" ? "message" : "note");
    field.current?.focus();
  };
  const attach = (given: Iterable<File>): void => {
    for (const file of given) {
      const why = objection(file);
      if (why) void message.warning(texts.objections[why](file.name));
      else room.attach(thread.id, file);
    }
  };
  const pressed = (event: KeyboardEvent): void => {
    // Enter that ends a word of an input method is no Enter.
    if (event.nativeEvent.isComposing) return;
    if (picker.pressed(event)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      // Out of the field, where single keys do something; the next Escape leads back.
      event.stopPropagation();
      field.current?.blur();
    }
  };
  const pasted = (event: ClipboardEvent): void => {
    if (mode !== "message" || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    attach(event.clipboardData.files);
  };
  const dropped = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (canWrite) attach(event.dataTransfer.files);
  };

  useEffect(() => {
    if (isTaken && isKnown) field.current?.focus();
  }, [isTaken, isKnown]);
  useChords([{ code: "KeyI", with: "ctrl", run: turn }]);
  useShortcuts([
    { keys: "r", title: words.keys.write, run: () => field.current?.focus() },
    { keys: "Enter / Ctrl+Enter", title: words.keys.send, run: () => field.current?.focus() },
    { keys: "Shift+Enter", title: words.keys.line, run: () => undefined },
    { keys: "Ctrl+I", title: words.keys.note, run: turn },
    { keys: "/", title: words.keys.replies, run: () => (write("/", "message"), field.current?.focus()) },
  ]);

  return (
    <div
      className={`composer composer-${mode} ${isOver ? "composer-over" : ""}`}
      onDragOver={(event) => (event.preventDefault(), setOver(canWrite))}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      {picker.list}
      <div className="composer-top">
        <Segmented
          size="small"
          aria-label={texts.label}
          value={mode}
          onChange={(next: Mode) => (setMode(next), field.current?.focus())}
          options={[
            { value: "message", label: texts.reply, disabled: !canWrite },
            { value: "note", label: texts.note },
          ]}
        />
        <span className="faint">
          {isOver ? texts.drop : state === "unknown" || state === "open" ? "" : texts[state]}
        </span>
      </div>
      <Input.TextArea
        ref={field}
        value={text}
        maxLength={MOST}
        disabled={!isKnown}
        rows={2}
        aria-label={mode === "note" ? texts.noteLabel : texts.label}
        placeholder={mode === "note" ? texts.notePlaceholder : texts.placeholder}
        onChange={(event) => write(event.target.value)}
        onKeyDown={pressed}
        onPaste={pasted}
        onBlur={() => room.typed(thread.id, "")}
        {...picker.aria}
      />
      <div className="composer-foot">
        <input
          ref={files}
          type="file"
          className="hidden"
          tabIndex={-1}
          aria-hidden
          accept={TYPES.join(",")}
          multiple
          onChange={(event) => {
            attach([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <Button
          type="text"
          icon={<PaperClipOutlined aria-hidden />}
          aria-label={texts.file}
          title={texts.file}
          disabled={mode !== "message"}
          onClick={() => files.current?.click()}
        />
        <Button type="primary" icon={<SendOutlined aria-hidden />} disabled={!text.trim()} onClick={send}>
          {mode === "note" ? texts.keep : texts.send}
        </Button>
      </div>
      <Held thread={thread} onTakenBack={(taken) => write(taken, "message")} />
    </div>
  );
}
