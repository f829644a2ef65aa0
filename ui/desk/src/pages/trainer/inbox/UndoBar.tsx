import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";

import { post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { ExampleChange } from "../../../api/types";
import { useShortcuts } from "../../../app/keyboard";
import { ErrorNote } from "../../../parts/ErrorNote";
import { useTexts } from "../../../texts/texts";

/** What was accepted last, to be taken back. */
export function UndoBar({ last, onUndone }: { last: readonly ExampleChange[]; onUndone: () => void }) {
  const words = useTexts().trainer.inbox;
  const client = useQueryClient();
  const { message } = App.useApp();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      for (const each of last) await post(`/trainer/changes/${each.id}/undo`);
    },
    onSuccess: () => {
      void message.success(words.undone);
      onUndone();
    },
    onSettled: () =>
      Promise.all([keys.examples, keys.changes].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
  useShortcuts([{ keys: "u", title: words.keys.undo, run: () => !isPending && mutate() }]);
  return (
    <>
      <div className="trainer-row">
        <span className="faint">
          {last.map(({ id, after }) => (
            <q key={id}>{after?.words}</q>
          ))}
        </span>
        <Button size="small" loading={isPending} onClick={() => mutate()}>
          {words.undo}
        </Button>
      </div>
      <ErrorNote error={error} />
    </>
  );
}
