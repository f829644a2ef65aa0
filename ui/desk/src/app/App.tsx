import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as Feedback, ConfigProvider } from "antd";
import english from "antd/es/locale/en_US";
import chinese from "antd/es/locale/zh_CN";
import { Router } from "wouter";

import { whenSignedOut } from "../api/client";
import { become, isWorthAnotherTry, MeContext, useSignedIn } from "../api/session";
import { ErrorNote } from "../parts/ErrorNote";
import { Loading } from "../parts/Loading";
import { useLanguage, useTexts } from "../texts/texts";
import { ChangePassword } from "./ChangePassword";
import { Door } from "./Door";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { theme } from "./theme";

const client = new QueryClient({
  // What changes comes as a hint; a minute is the net under it.
  defaultOptions: { queries: { staleTime: 60_000, retry: isWorthAnotherTry } },
});
whenSignedOut(() => become(client, null));

export function App() {
  const language = useLanguage();
  return (
    <ConfigProvider
      theme={theme}
      locale={language === "en" ? english : chinese}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
    >
      <QueryClientProvider client={client}>
        <Feedback>
          <Router base="/desk">
            <Entrance />
          </Router>
        </Feedback>
      </QueryClientProvider>
    </ConfigProvider>
  );
}

/** The address stays while somebody signs in, and is where they arrive. */
function Entrance() {
  const texts = useTexts();
  const { data: me, error, isPending, refetch } = useSignedIn();
  if (me) return <MeContext value={me}>{me.must_change ? <GivenPassword /> : <Shell />}</MeContext>;
  if (isPending) return <Loading whole />;
  if (me === null) return <SignIn />;
  return (
    <Door title={texts.frame.name}>
      <ErrorNote error={error} retry={() => void refetch()} />
    </Door>
  );
}

function GivenPassword() {
  const texts = useTexts();
  return (
    <Door title={texts.frame.password.title}>
      <p>{texts.frame.password.given}</p>
      <ChangePassword />
    </Door>
  );
}
