interface Props {
  /** 0 to 1. */
  part: number;
  isBad?: boolean;
}

/** What stands beside it in figures, as a length. */
export function Bar({ part, isBad = false }: Props) {
  const width = Math.min(1, Math.max(0, part)) * 100;
  return (
    <svg
      className={isBad ? "share-bar share-bar-bad" : "share-bar"}
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      aria-hidden
    >
      <rect width="100" height="8" className="share-bar-ground" />
      <rect width={width} height="8" className="share-bar-part" />
    </svg>
  );
}
