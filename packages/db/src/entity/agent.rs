//! Conversations.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: i64,
    /// The machine whose runs these are.
    pub runner_id: String,
    pub driver: String,
    pub name: String,
    /// `local`, `copy` (of a local repository), `git` or `empty`.
    pub workspace_type: String,
    /// Of the user's own, absolute; of ours, relative to the data directory.
    pub workspace_path: String,
    pub model: Option<String>,
    pub mode: String,
    pub permission: String,
    /// JSON: rules in the CLI's form that were allowed in this chat.
    #[sea_orm(column_type = "Text")]
    pub allow_rules: String,
    /// Sealed JSON: the chat's own variables.
    #[sea_orm(column_type = "Text", nullable)]
    pub environment: Option<String>,
    /// The agent program's own id of this conversation.
    pub session_id: String,
    /// The program was seen to keep this session.
    pub session_seen: bool,
    pub unread: bool,
    pub archived_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    pub latest_run_id: Option<String>,
    pub run_count: i32,
    /// The CLI's own chat that this one continues.
    pub cli_chat_id: Option<String>,
    /// How many prompts wait in its queue.
    pub queued: i32,
    /// JSON: why the queue does not go on.
    #[sea_orm(column_type = "Text", nullable)]
    pub queue_pause: Option<String>,
    /// The run that is stopped so that the next prompt can be sent: its end does not pause the queue.
    pub queue_sending: Option<String>,
    /// JSON: limits of its own.
    #[sea_orm(column_type = "Text", nullable)]
    pub limits: Option<String>,
    /// `pending`, `ready` or `given_up`.
    pub workspace_state: String,
    /// JSON: what the workspace is made from.
    #[sea_orm(column_type = "Text", nullable)]
    pub workspace_source: Option<String>,
    /// JSON: the repositories that were checked out in it.
    #[sea_orm(column_type = "Text", nullable)]
    pub repositories: Option<String>,
    /// The first of the ports that are its own.
    pub first_port: Option<i32>,
    /// What the whole chat is compared with: a tree of its checkpoints' repository.
    pub base_tree: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
