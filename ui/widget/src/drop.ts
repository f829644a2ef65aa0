import type { LitElement } from "lit";

/** Files that are dragged over the window and let go there. */
export class Drop {
  isOver = false;

  constructor(
    private readonly host: LitElement,
    private readonly dropped: (files: Iterable<File>) => void,
  ) {}

  readonly over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.show(true);
  };

  readonly leave = (event: DragEvent): void => {
    const window = event.currentTarget as HTMLElement;
    if (!window.contains(event.relatedTarget as Node | null)) this.show(false);
  };

  readonly drop = (event: DragEvent): void => {
    if (!this.isOver) return;
    event.preventDefault();
    this.show(false);
    this.dropped([...(event.dataTransfer?.files ?? [])]);
  };

  private show(isOver: boolean): void {
    if (this.isOver === isOver) return;
    this.isOver = isOver;
    this.host.requestUpdate();
  }
}
