import { ChatClock } from "./clock.js";
import { QuanyiChat } from "./element.js";
import { ChatFile } from "./file.js";
import { ChatSave } from "./save.js";

export { QuanyiChat };

// A page may load the script twice.
if (!customElements.get("quanyi-chat")) {
  customElements.define("quanyi-chat-clock", ChatClock);
  customElements.define("quanyi-chat-file", ChatFile);
  customElements.define("quanyi-chat-save", ChatSave);
  customElements.define("quanyi-chat", QuanyiChat);
  // A module runs when the page has been read: an element of the page's own is there by now.
  if (!document.querySelector("quanyi-chat")) document.body.append(document.createElement("quanyi-chat"));
}

declare global {
  interface HTMLElementTagNameMap {
    "quanyi-chat": QuanyiChat;
    "quanyi-chat-clock": ChatClock;
    "quanyi-chat-file": ChatFile;
    "quanyi-chat-save": ChatSave;
  }
}
