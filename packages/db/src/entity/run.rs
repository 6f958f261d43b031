//! Prompts and what came of them.

use sea_orm::entity::prelude::*;

/// The states that are not final.
pub const LIVE: [&str; 2] = ["CREATING", "RUNNING"];

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agent_id: String,
    /// From 1 within the agent.
    pub number: i32,
    pub status: String,
    pub mode: String,
    pub model: Option<String>,
    /// What the program called its model.
    pub model_name: Option<String>,
    pub permission: String,
    pub cli_version: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub duration_ms: Option<i64>,
    /// JSON: the last words, and the error.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cache_read_tokens: Option<i64>,
    pub cache_write_tokens: Option<i64>,
    pub tool_calls: Option<i32>,
    /// It begins a new session of the agent program, with the conversation so far as context.
    pub fresh_session: bool,
    /// The day's budget does not hold it.
    pub released: bool,
    /// Another run was live in the same place meanwhile.
    pub shared: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
