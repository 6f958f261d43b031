/** Why a workspace could not be prepared, and where it can be helped. */

interface WorkspaceFailure {
  title: string;
  remedy: string;
  /** Whether the settings of git have something to change. */
  settings: boolean;
}

export const workspaceFailures: Record<string, WorkspaceFailure> = {
  repository_unreachable: { title: "The repository could not be reached", remedy: "Check the host’s name and that this machine gets there, then retry.", settings: false },
  repository_access: { title: "The repository did not let us in", remedy: "Give a user and a token for it, or add a key to the SSH agent of this machine.", settings: true },
  host_key_unknown: { title: "The host is not known", remedy: "Connect to it once with ssh to check its key, or let new hosts be accepted.", settings: true },
  ref_not_found: { title: "The branch, tag or commit is not there", remedy: "It may have been renamed or deleted. Begin a new chat at another one.", settings: false },
  clone_failed: { title: "The repository could not be cloned", remedy: "What git said is below. Retrying goes on from what has been fetched.", settings: false },
  workspace_failed: { title: "The workspace could not be prepared", remedy: "What went wrong is below.", settings: false },
};
