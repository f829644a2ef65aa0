import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Dropdown } from "antd";

import { download } from "../../api/client";
import type { TicketFilters } from "../../api/types";
import { explain } from "../../parts/ErrorNote";
import { save } from "../../parts/saving";
import { useTexts } from "../../texts/texts";

interface Props {
  filters: TicketFilters;
}

/** What the filters find, masked, as a table. */
export function ExportButton({ filters }: Props) {
  const texts = useTexts();
  const { message } = App.useApp();
  const { mutate, isPending } = useMutation({
    mutationFn: (format: string) => download("/tickets/export", { ...filters, format }),
    onSuccess: ({ blob, name }) => save(blob, name),
    onError: (error) => void message.error(explain(error, texts)),
  });
  const items = ["xlsx", "csv"].map((format) => ({
    key: format,
    label: format.toUpperCase(),
    onClick: () => mutate(format),
  }));
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button icon={<DownloadOutlined aria-hidden />} loading={isPending}>
        {texts.tickets.list.export}
      </Button>
    </Dropdown>
  );
}
