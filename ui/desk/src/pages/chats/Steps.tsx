import { EllipsisOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { useState } from "react";
import { useLocation } from "wouter";

import { useMay, useMe } from "../../api/session";
import type { Summary } from "../../api/types";
import { useConversationStep } from "../../chat/data";
import { explain } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";
import { CloseDialog } from "./CloseDialog";
import { TransferDialog } from "./TransferDialog";
import { VerifyDialog } from "./VerifyDialog";

type Open = "transfer" | "close" | "verify" | "reassign" | null;

interface Props {
  summary: Summary;
  /** The conversation is no longer this person's. */
  left: () => void;
}

/** What can be done with the conversation as a whole: the two that are needed most, the others in a menu. */
export function Steps({ summary, left }: Props) {
  const texts = useTexts();
  const words = texts.chat.actions;
  const { number } = useMe();
  const { message } = App.useApp();
  const [, go] = useLocation();
  const [open, setOpen] = useState<Open>(null);
  const listen = useConversationStep(summary.id, "listen", () => undefined);
  const barge = useConversationStep(summary.id, "barge", () => undefined);
  const failed = (error: unknown): void => void message.error(explain(error, texts));
  const { can } = summary;
  const isForeign = summary.staff !== number;
  const maySupervise = useMay("supervise");

  const rest = [
    { key: "ticket", label: words.ticket, onClick: () => go(`/tickets/new?conversation=${summary.id}`) },
    can.verify && { key: "verify", label: words.verify, onClick: () => setOpen("verify") },
    maySupervise &&
      summary.status === "picked" &&
      isForeign && { key: "reassign", label: words.reassign, onClick: () => setOpen("reassign") },
    can.listen &&
      isForeign && { key: "listen", label: words.listen, onClick: () => listen.mutate({}, { onError: failed }) },
  ].filter((each) => each !== false);

  return (
    <>
      {can.barge && isForeign && (
        <Button size="small" loading={barge.isPending} onClick={() => barge.mutate({}, { onError: failed })}>
          {words.barge}
        </Button>
      )}
      {can.transfer && (
        <Button size="small" onClick={() => setOpen("transfer")}>
          {words.transfer}
        </Button>
      )}
      {can.close && (
        <Button size="small" type="primary" ghost onClick={() => setOpen("close")}>
          {words.close}
        </Button>
      )}
      <Dropdown menu={{ items: rest }} trigger={["click"]}>
        <Button size="small" icon={<EllipsisOutlined aria-hidden />} aria-label={words.more} />
      </Dropdown>
      {open === "transfer" && (
        <TransferDialog id={summary.id} step="transfer" close={() => setOpen(null)} done={left} />
      )}
      {open === "reassign" && (
        <TransferDialog id={summary.id} step="reassign" close={() => setOpen(null)} done={() => undefined} />
      )}
      {open === "close" && <CloseDialog summary={summary} close={() => setOpen(null)} done={left} />}
      {open === "verify" && <VerifyDialog id={summary.id} close={() => setOpen(null)} />}
    </>
  );
}
