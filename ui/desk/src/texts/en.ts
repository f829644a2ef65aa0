/** The same words in English. */

import { accuracy } from "./en/accuracy";
import { admin } from "./en/admin";
import { chat } from "./en/chat";
import { frame } from "./en/frame";
import { board, reports, surveys } from "./en/insight";
import { tickets } from "./en/tickets";
import { trainer } from "./en/trainer";
import { metrics, wall } from "./en/wall";
import { redress, surges, tasks } from "./en/work";
import type { Texts } from "./texts";

export const en: Texts = {
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
