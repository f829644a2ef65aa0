import { useRoom } from "../../chat/Duty";
import type { Thread } from "../../chat/thread";
import { PromiseDialog } from "../../parts/PromiseDialog";

interface Props {
  thread: Thread;
  onTakenBack: (text: string) => void;
}

/** A message that promises something stays here until its writer has decided; what was written after it waits. */
export function Held({ thread, onTakenBack }: Props) {
  const room = useRoom();
  const held = thread.timeline.held;
  if (!held) return null;
  const { messageId } = held.pending;
  return (
    <PromiseDialog
      warnings={held.warnings}
      onConfirm={() => room.confirm(thread.id, messageId)}
      onClose={() => onTakenBack(room.takeBack(thread.id, messageId))}
    />
  );
}
