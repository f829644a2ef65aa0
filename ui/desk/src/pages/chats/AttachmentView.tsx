import { FilePdfOutlined, FileOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useEffect, useState } from "react";

import { download } from "../../api/client";
import type { Attachment } from "../../api/types";
import { explain } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";
import { sizeOf } from "../../chat/files";

const PICTURES = ["image/jpeg", "image/png", "image/webp"];

interface Props {
  attachment: Attachment;
  conversation: string;
  resized: () => void;
}

/** A picture as it is, anything else by name; opened as an object of this page, never as a page of the server. */
export function AttachmentView({ attachment, conversation, resized }: Props) {
  const texts = useTexts();
  const { message } = App.useApp();
  const path = `/conversations/${conversation}/files/${attachment.id}`;
  const isPicture = PICTURES.includes(attachment.media_type);
  const open = async (): Promise<void> => {
    try {
      const { blob } = await download(path);
      const address = URL.createObjectURL(new Blob([blob], { type: attachment.media_type }));
      const link = document.createElement("a");
      link.href = address;
      link.download = attachment.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      void message.error(explain(error, texts));
    }
  };
  return (
    <div className="attachment">
      {isPicture && <Preview path={path} attachment={attachment} resized={resized} />}
      <Button size="small" type="link" onClick={() => void open()} title={texts.chat.log.open}>
        {isPicture ? <FileOutlined aria-hidden /> : <FilePdfOutlined aria-hidden />}
        {attachment.name} <span className="faint">{sizeOf(attachment.size)}</span>
      </Button>
    </div>
  );
}

function Preview({ path, attachment, resized }: { path: string; attachment: Attachment; resized: () => void }) {
  const words = useTexts().chat.log;
  const { data, error } = useQuery({
    queryKey: ["file", path],
    queryFn: async () => (await download(path)).blob,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const [address, setAddress] = useState("");
  useEffect(() => {
    if (!data) return;
    const made = URL.createObjectURL(new Blob([data], { type: attachment.media_type }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [data, attachment.media_type]);
  if (error) return <p className="faint">{words.noPicture}</p>;
  return <div className="preview">{address && <img src={address} alt={attachment.name} onLoad={resized} />}</div>;
}
