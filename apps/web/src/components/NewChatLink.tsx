import { Link } from "react-router";

import { buttonLook } from "../ui/Button";
import { Icon } from "../ui/icons";

/** The way onward from pages that have nothing to show. */
export function NewChatLink() {
  return (
    <Link to="/" className={buttonLook()}>
      <Icon name="plus" size={14} />
      New chat
    </Link>
  );
}
