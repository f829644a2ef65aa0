/** antd's look with the widget's colours: every text at least 4.5 : 1 against its ground. */

import type { ThemeConfig } from "antd";

export const theme: ThemeConfig = {
  token: {
    motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    colorPrimary: "#0b5bc4",
    colorInfo: "#0b5bc4",
    colorPrimaryHover: "#0a4fab",
    colorPrimaryActive: "#083f8a",
    colorLink: "#0b5bc4",
    colorLinkHover: "#0a4fab",
    colorLinkActive: "#083f8a",
    colorSuccess: "#14622f",
    colorSuccessBg: "#edf8f0",
    colorSuccessBorder: "#b5d9c0",
    colorWarning: "#7a4a00",
    colorWarningBg: "#fff7e0",
    colorWarningBorder: "#e7cd8f",
    colorError: "#c0261c",
    colorErrorHover: "#a3160e",
    colorErrorActive: "#850f08",
    colorText: "#1b2430",
    colorTextSecondary: "#4a5563",
    colorTextTertiary: "#5a6573",
    colorTextQuaternary: "#667080",
    colorTextPlaceholder: "#667080",
    colorTextDescription: "#4a5563",
    colorBgLayout: "#f3f5f8",
    borderRadius: 6,
    fontFamily:
      'system-ui, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
  },
  components: {
    Layout: { headerBg: "#ffffff", headerHeight: 52, headerPadding: "0 16px" },
    Table: { cellPaddingBlockMD: 9, cellPaddingInlineMD: 10 },
  },
};
