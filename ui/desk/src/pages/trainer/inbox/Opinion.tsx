import { useMutation } from "@tanstack/react-query";
import { App, Button, type RefSelectProps } from "antd";
import { useRef, useState } from "react";

import { post } from "../../../api/client";
import { useMe } from "../../../api/session";
import type { InboxDetail, Meaning } from "../../../api/types";
import { useShortcuts } from "../../../app/keyboard";
import { Block } from "../../../parts/Block";
import { ErrorNote } from "../../../parts/ErrorNote";
import { useTexts } from "../../../texts/texts";
import { full, LabelPicker } from "../LabelPicker";

interface Props {
  item: InboxDetail;
  isHidden: boolean;
  onAgreed: () => void;
  /** Both see both now. */
  onDiffered: () => void;
}

/** A second trainer says what it means without seeing what the first one said. */
export function Opinion({ item, isHidden, onAgreed, onDiffered }: Props) {
  const words = useTexts().trainer.inbox;
  const me = useMe();
  const { message } = App.useApp();
  const [meaning, setMeaning] = useState<Meaning | null>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: (given: Meaning) => post<{ agrees: boolean }>(`/trainer/inbox/${item.id}/opinion`, given),
    onSuccess: ({ agrees }) => {
      void message.success(agrees ? words.agrees : words.differs);
      (agrees ? onAgreed : onDiffered)();
    },
  });
  const picker = useRef<RefSelectProps>(null);
  const give = (): void => {
    if (meaning && !isPending) mutate(meaning);
  };
  // Where it is open, these keys are those of the sentence below.
  useShortcuts(
    isHidden
      ? [
          { keys: "l", title: words.keys.label, run: () => picker.current?.focus() },
          { keys: "Enter", title: words.give, run: give },
        ]
      : [],
  );
  const first = item.opinion;
  if (!first) return null;
  return (
    <Block title={words.opinion}>
      {isHidden ? (
        <p>{words.opinionHint}</p>
      ) : (
        <ul className="trainer-near">
          {[first, ...item.others].map((each, at) => (
            <li key={`${each.by} ${each.at}`}>
              <span>
                {at ? words.otherSaid : words.firstSaid}：{full(each)}
              </span>
              <span className="faint">{each.by_name}</span>
            </li>
          ))}
        </ul>
      )}
      {first.by !== me.number && (
        <div className="trainer-row">
          <LabelPicker ref={picker} value={meaning} onChoose={setMeaning} name={words.opinion} />
          <Button type="primary" disabled={!meaning} loading={isPending} onClick={give}>
            {words.give}
          </Button>
        </div>
      )}
      <ErrorNote error={error} />
    </Block>
  );
}
