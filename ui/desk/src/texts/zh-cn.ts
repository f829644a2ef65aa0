/** The desk's own words in Chinese, a file a topic. What the server says comes in its own words. */

import { accuracy } from "./zh-cn/accuracy";
import { admin } from "./zh-cn/admin";
import { chat } from "./zh-cn/chat";
import { frame } from "./zh-cn/frame";
import { board, reports, surveys } from "./zh-cn/insight";
import { tickets } from "./zh-cn/tickets";
import { trainer } from "./zh-cn/trainer";
import { metrics, wall } from "./zh-cn/wall";
import { redress, surges, tasks } from "./zh-cn/work";

export const zhCn = {
  frame,
  chat,
  wall,
  metrics,
  tickets,
  tasks,
  redress,
  surges,
  board,
  surveys,
  reports,
  accuracy,
  trainer,
  admin,
};
