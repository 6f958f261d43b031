import { useEffect } from "react";

import { pageTitle } from "../stores/layout";

/** Puts what the page is called into the title of its tab, as long as it is shown. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    pageTitle.set(title || undefined);
    return () => pageTitle.set(undefined);
  }, [title]);
}
