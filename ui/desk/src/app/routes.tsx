/**
 * Every page: its address under /desk, its place in the menu, whom it is for, and the file that is loaded for it.
 * A page is a default export in src/pages/<name>/.
 */

import {
  AlertOutlined,
  AuditOutlined,
  BarChartOutlined,
  CarryOutOutlined,
  DashboardOutlined,
  FileDoneOutlined,
  FilePdfOutlined,
  EditOutlined,
  ExperimentOutlined,
  FileTextOutlined,
  FundOutlined,
  InboxOutlined,
  MessageOutlined,
  PayCircleOutlined,
  ReadOutlined,
  SmileOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { lazy, type ComponentType, type ReactNode } from "react";

import type { Permission } from "../api/types";
import type { Texts } from "../texts/texts";

export interface Page {
  /** wouter's patterns: `/tickets/:number?`. */
  path: string;
  permission: Permission;
  load: ComponentType;
  /** Without it the page has no place in the menu. */
  menu?: {
    to: string;
    title: keyof Texts["frame"]["pages"];
    icon: ReactNode;
    /** After `g`. */
    key: string;
    /** Pages of one kind of work: under one entry for whom the bar would be too short. */
    group?: "training";
  };
}

/** In the order of the menu. The first that somebody may see is where they arrive. */
export const PAGES: readonly Page[] = [
  {
    path: "/chats/:id?",
    permission: "talk",
    load: lazy(() => import("../pages/chats/ChatsPage")),
    menu: { to: "/chats", title: "queue", icon: <MessageOutlined />, key: "c" },
  },
  {
    path: "/tickets",
    permission: "tickets",
    load: lazy(() => import("../pages/tickets/TicketList")),
    menu: { to: "/tickets", title: "tickets", icon: <FileTextOutlined />, key: "t" },
  },
  { path: "/tickets/new", permission: "tickets", load: lazy(() => import("../pages/tickets/NewTicket")) },
  { path: "/tickets/:number", permission: "tickets", load: lazy(() => import("../pages/tickets/TicketPage")) },
  {
    path: "/tasks",
    permission: "tickets",
    load: lazy(() => import("../pages/tasks/TasksPage")),
    menu: { to: "/tasks", title: "tasks", icon: <CarryOutOutlined />, key: "k" },
  },
  {
    path: "/redress",
    permission: "tickets",
    load: lazy(() => import("../pages/redress/RedressPage")),
    menu: { to: "/redress", title: "redress", icon: <PayCircleOutlined />, key: "r" },
  },
  {
    path: "/surges",
    permission: "tickets",
    load: lazy(() => import("../pages/surges/SurgesPage")),
    menu: { to: "/surges", title: "surges", icon: <AlertOutlined />, key: "i" },
  },
  {
    path: "/wall",
    permission: "supervise",
    load: lazy(() => import("../pages/wall/WallPage")),
    menu: { to: "/wall", title: "wall", icon: <DashboardOutlined />, key: "w" },
  },
  {
    path: "/metrics",
    permission: "metrics",
    load: lazy(() => import("../pages/metrics/MetricsPage")),
    menu: { to: "/metrics", title: "metrics", icon: <BarChartOutlined />, key: "m" },
  },
  {
    path: "/board/:figure?",
    permission: "metrics",
    load: lazy(() => import("../pages/board/BoardPage")),
    menu: { to: "/board", title: "board", icon: <FundOutlined />, key: "b" },
  },
  {
    path: "/surveys/:tab?",
    permission: "metrics",
    load: lazy(() => import("../pages/surveys/SurveysPage")),
    menu: { to: "/surveys", title: "surveys", icon: <SmileOutlined />, key: "v" },
  },
  {
    path: "/reports",
    permission: "metrics",
    load: lazy(() => import("../pages/reports/ReportsPage")),
    menu: { to: "/reports", title: "reports", icon: <FilePdfOutlined />, key: "p" },
  },
  {
    path: "/accuracy",
    permission: "metrics",
    load: lazy(() => import("../pages/accuracy/AccuracyPage")),
    menu: { to: "/accuracy", title: "accuracy", icon: <FileDoneOutlined />, key: "q" },
  },
  {
    path: "/inbox/:id?",
    permission: "train",
    load: lazy(() => import("../pages/trainer/inbox/InboxPage")),
    menu: { to: "/inbox", title: "inbox", icon: <InboxOutlined />, key: "n", group: "training" },
  },
  {
    path: "/examples/:tab?",
    permission: "train",
    load: lazy(() => import("../pages/trainer/examples/ExamplesPage")),
    menu: { to: "/examples", title: "examples", icon: <ReadOutlined />, key: "e", group: "training" },
  },
  {
    path: "/models/:tab?",
    permission: "train",
    load: lazy(() => import("../pages/trainer/models/ModelsPage")),
    menu: { to: "/models", title: "models", icon: <ExperimentOutlined />, key: "o", group: "training" },
  },
  {
    path: "/wordings/:tab?",
    permission: "train",
    load: lazy(() => import("../pages/trainer/wordings/WordingsPage")),
    menu: { to: "/wordings", title: "wordings", icon: <EditOutlined />, key: "d", group: "training" },
  },
  {
    path: "/staff",
    permission: "staff",
    load: lazy(() => import("../pages/staff/StaffPage")),
    menu: { to: "/staff", title: "staff", icon: <TeamOutlined />, key: "s" },
  },
  {
    path: "/audit",
    permission: "audit",
    load: lazy(() => import("../pages/audit/AuditPage")),
    menu: { to: "/audit", title: "audit", icon: <AuditOutlined />, key: "a" },
  },
];
