import { Empty as Picture } from "antd";
import type { ReactNode } from "react";

import { useTexts } from "../texts/texts";

interface Props {
  children?: ReactNode;
}

export function Empty({ children }: Props) {
  const texts = useTexts();
  return <Picture image={Picture.PRESENTED_IMAGE_SIMPLE} description={children ?? texts.frame.parts.none} />;
}
