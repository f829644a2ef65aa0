import { DeleteOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Popover } from "antd";
import { useState } from "react";

import { del, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { SavedView, TicketFilters } from "../../api/types";
import { explain } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";
import { useViews } from "./data";

interface Props {
  filters: TicketFilters;
  onShow: (filters: TicketFilters) => void;
}

/** Filters under a name, of the person who saved them. */
export function Views({ filters, onShow }: Props) {
  const texts = useTexts();
  const words = texts.tickets.list;
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const { message } = App.useApp();
  const client = useQueryClient();
  const views = useViews().data?.items ?? [];
  const again = {
    onSuccess: () => client.invalidateQueries({ queryKey: keys.views }),
    onError: (error: Error) => void message.error(explain(error, texts)),
  };
  const save = useMutation({
    mutationFn: (title: string) => post<SavedView>("/views", { name: title, filters }),
    ...again,
  });
  const remove = useMutation({ mutationFn: (id: number) => del(`/views/${id}`), ...again });
  const saveNow = (): void => {
    if (!name.trim()) return;
    save.mutate(name.trim(), { onSuccess: () => void message.success(words.viewSaved) });
    setName("");
  };

  const content = (
    <div className="views">
      {views.length === 0 && <p className="faint">{words.noViews}</p>}
      <ul>
        {views.map((view) => (
          <li key={view.id}>
            <Button
              type="text"
              onClick={() => {
                onShow(view.filters);
                setOpen(false);
              }}
            >
              {view.name}
            </Button>
            <Button
              type="text"
              aria-label={words.deleteView(view.name)}
              icon={<DeleteOutlined aria-hidden />}
              onClick={() => remove.mutate(view.id)}
            />
          </li>
        ))}
      </ul>
      <div className="views-save">
        <Input
          value={name}
          maxLength={40}
          aria-label={words.viewName}
          placeholder={words.viewName}
          onChange={(event) => setName(event.target.value)}
          onPressEnter={saveNow}
        />
        <Button disabled={!name.trim()} loading={save.isPending} onClick={saveNow}>
          {words.saveView}
        </Button>
      </div>
    </div>
  );
  return (
    <Popover content={content} trigger="click" open={isOpen} onOpenChange={setOpen} placement="bottomRight">
      <Button aria-expanded={isOpen}>{words.views}</Button>
    </Popover>
  );
}
