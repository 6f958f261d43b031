//! What a workspace was like at a moment.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "checkpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agent_id: String,
    /// From 1 within the agent.
    pub number: i32,
    pub run_id: Option<String>,
    /// `run_start`, `run_end`, `before_restore`, `before_update` or `before_give_up`.
    pub kind: String,
    /// In the agent's private repository.
    pub tree: String,
    /// JSON: files that were too large or could not be read.
    #[sea_orm(column_type = "Text")]
    pub not_captured: String,
    /// What the whole chat was compared with at the time.
    pub base_tree: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
