import { useEffect, useState } from "react";

/** ms without a key: what is asked of the server while somebody types costs it more than a look. */
const PAUSE = 300;

/** The value once it has stayed the same for a moment. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
