import { ClockCircleOutlined, ExclamationCircleOutlined, LockOutlined, PaperClipOutlined } from "@ant-design/icons";
import { Button } from "antd";

import { ApiError } from "../../api/client";
import type { Note } from "../../api/types";
import { useRoom } from "../../chat/Duty";
import type { Pending } from "../../chat/outbox";
import type { SendState } from "../../chat/sender";
import type { Upload } from "../../chat/timeline";
import { explain } from "../../parts/ErrorNote";
import { fullTime, inChina } from "../../parts/times";
import { useTexts, type Texts } from "../../texts/texts";

/** Only staff ever see it; it says so itself. */
export function NoteBubble({ note }: { note: Note }) {
  return <NoteBox staff={note.staff} at={note.at} text={note.text} />;
}

function NoteBox({ staff, at, text }: { staff: string; at: string; text: string }) {
  const words = useTexts().chat.log;
  return (
    <article className="entry entry-note">
      <p className="entry-head">
        <span className="entry-author">
          <LockOutlined aria-hidden /> {words.note} · {staff}
        </span>
        <span className="faint">{words.noteHint}</span>
        <time dateTime={at} title={fullTime(at)}>
          {inChina(Date.parse(at)).time}
        </time>
      </p>
      <div className="bubble">{text}</div>
    </article>
  );
}

/** Written here, and not with the server yet. */
export function PendingBubble({ pending, state }: { pending: Pending; state: SendState }) {
  const texts = useTexts();
  const words = texts.chat;
  const room = useRoom();
  const { conversation, messageId, kind, text } = pending;
  const again = (): void => {
    room.drop(conversation, messageId);
    room.say(conversation, text, kind);
  };
  return (
    <article className={`entry entry-pending ${kind === "note" ? "entry-note" : "entry-agent"}`}>
      <p className="entry-head">
        <span className="entry-author">{kind === "note" ? words.log.note : words.log.me}</span>
      </p>
      <div className="bubble">{text}</div>
      <p className="entry-state">
        <StateOf state={state} texts={texts} />
        {state.kind === "refused" && (
          <>
            <Button size="small" type="link" onClick={again}>
              {words.states.again}
            </Button>
            <Button size="small" type="link" onClick={() => room.drop(conversation, messageId)}>
              {words.states.remove}
            </Button>
          </>
        )}
      </p>
    </article>
  );
}

export function UploadBubble({ upload, conversation }: { upload: Upload; conversation: string }) {
  const texts = useTexts();
  const room = useRoom();
  return (
    <article className="entry entry-pending entry-agent">
      <p className="entry-head">
        <span className="entry-author">{texts.chat.log.me}</span>
      </p>
      <div className="bubble">
        <PaperClipOutlined aria-hidden /> {upload.file.name}
      </div>
      <p className="entry-state">
        <StateOf state={upload.state} texts={texts} />
        {upload.state.kind === "refused" && (
          <Button size="small" type="link" onClick={() => room.drop(conversation, upload.messageId)}>
            {texts.chat.states.remove}
          </Button>
        )}
      </p>
    </article>
  );
}

function StateOf({ state, texts }: { state: SendState; texts: Texts }) {
  const words = texts.chat.states;
  switch (state.kind) {
    case "waiting":
      return (
        <>
          <ClockCircleOutlined aria-hidden /> {words.waiting}
        </>
      );
    case "sending":
      return <>{words.sending}</>;
    case "stored":
      return <>{words.sent}</>;
    case "held":
      return (
        <>
          <ExclamationCircleOutlined aria-hidden /> {words.held}
        </>
      );
    case "refused":
      return (
        <span className="entry-refused">
          <ExclamationCircleOutlined aria-hidden />{" "}
          {words.refused(explain(new ApiError(0, state.reason, state.detail), texts))}
        </span>
      );
  }
}
