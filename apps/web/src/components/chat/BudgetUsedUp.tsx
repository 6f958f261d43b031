import { Button, IconButton } from "../../ui/Button";
import { InlineCode } from "../../ui/InlineCode";
import { useAllowance } from "../limits/use-allowance";

interface BudgetUsedUpProps {
  agentId: string;
  message: string;
  onAllowed(): void;
  onDismiss(): void;
}

/** That a prompt was refused because the chat has used up its budget, and the one click that goes on. */
export function BudgetUsedUp({ agentId, message, onAllowed, onDismiss }: BudgetUsedUpProps) {
  const [allowing, allow] = useAllowance(agentId);
  return (
    <div role="alert" className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-xl border border-line bg-warn-soft py-1.5 pl-3.5 pr-1.5 text-sm">
      <p className="min-w-44 flex-1 break-words">
        <InlineCode text={message} />
      </p>
      <Button variant="primary" disabled={allowing} onClick={async () => (await allow()) && onAllowed()}>
        Allow as much again and go on
      </Button>
      <IconButton icon="close" label="Dismiss" size={12} onClick={onDismiss} />
    </div>
  );
}
