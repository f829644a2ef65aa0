import { createRoot } from "react-dom/client";

import { attend } from "./api/attending";
import { App } from "./app/App";
import { nonceForStyles } from "./app/nonce";
import "./styles/desk.css";
import { show } from "./texts/texts";

nonceForStyles();
attend(window);
show();
const place = document.getElementById("desk");
if (place) createRoot(place).render(<App />);
