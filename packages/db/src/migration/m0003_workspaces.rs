//! Where agents work: what a workspace is made from, checkpoints, credentials of git hosts.

#![expect(elided_lifetimes_in_paths, reason = "the trait is written without them")]

use sea_orm_migration::{prelude::*, schema::*};

pub struct Workspaces;

impl MigrationName for Workspaces {
    fn name(&self) -> &str {
        "m0003_workspaces"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Workspaces {
    /// All of it or nothing: a server that is killed half-way leaves what the next one can migrate.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [checkpoints(), git_credentials(), repositories()] {
            manager.create_table(table).await?;
        }
        // One column a statement: SQLite takes no more.
        for column in [
            text("workspace_state").default("ready").take(),
            text_null("workspace_source"),
            text_null("repositories"),
            integer_null("first_port"),
            text_null("base_tree"),
        ] {
            manager.alter_table(Table::alter().table("agents").add_column(column).take()).await?;
        }
        let shared = boolean("shared").default(false).take();
        manager.alter_table(Table::alter().table("runs").add_column(shared).take()).await?;
        let mut index = Index::create();
        index.name("checkpoints_by_agent").table("checkpoints").col("agent_id").col("number").unique();
        manager.create_index(index).await?;
        let mut index = Index::create();
        index.name("agents_by_port").table("agents").col("first_port");
        manager.create_index(index).await
    }
}

fn checkpoints() -> TableCreateStatement {
    Table::create()
        .table("checkpoints")
        .col(text("id").primary_key())
        .col(text("agent_id"))
        .col(integer("number"))
        .col(text_null("run_id"))
        .col(text("kind"))
        .col(text("tree"))
        .col(text("not_captured"))
        .col(text_null("base_tree"))
        .col(big_integer("created_at"))
        .take()
}

fn git_credentials() -> TableCreateStatement {
    Table::create()
        .table("git_credentials")
        .col(text("id").primary_key())
        .col(big_integer("user_id"))
        .col(text("scope"))
        .col(text("username"))
        .col(text("token"))
        .col(big_integer("created_at"))
        .take()
}

fn repositories() -> TableCreateStatement {
    Table::create()
        .table("repositories")
        .col(big_integer("user_id"))
        .col(text("url"))
        .col(big_integer("used_at"))
        .primary_key(Index::create().col("user_id").col("url"))
        .take()
}
