//! Users, keys, agents, runs, steps, changes.

#![expect(elided_lifetimes_in_paths, reason = "the trait is written without them")]

use sea_orm_migration::{prelude::*, schema::*};

pub struct Foundation;

impl MigrationName for Foundation {
    fn name(&self) -> &str {
        "m0001_foundation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Foundation {
    /// All of it or nothing: a server that is killed half-way leaves what the next one can migrate.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            users(),
            api_keys(),
            sessions(),
            sign_in_links(),
            agents(),
            runs(),
            steps(),
            step_pieces(),
            changes(),
            directories(),
            settings(),
        ] {
            manager.create_table(table).await?;
        }
        // Two runs of one number would share the places of their steps.
        let numbers = Index::create().name("runs_by_agent").table("runs").col("agent_id").col("number").unique().take();
        manager.create_index(numbers).await?;
        for (name, table, columns) in
            [("agents_by_update", "agents", vec!["user_id", "updated_at", "id"]), ("runs_by_status", "runs", vec!["status"])]
        {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(big_pk_auto("id"))
        .col(text("name"))
        .col(text_null("password_hash"))
        .col(big_integer("created_at"))
        .take()
}

fn api_keys() -> TableCreateStatement {
    Table::create()
        .table("api_keys")
        .col(text("id").primary_key())
        .col(big_integer("user_id"))
        .col(text("name"))
        .col(text("hash").unique_key())
        .col(big_integer("created_at"))
        .col(big_integer_null("revoked_at"))
        .take()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(text("hash").primary_key())
        .col(big_integer("user_id"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .take()
}

fn sign_in_links() -> TableCreateStatement {
    Table::create()
        .table("sign_in_links")
        .col(text("hash").primary_key())
        .col(big_integer("user_id"))
        .col(big_integer("expires_at"))
        .take()
}

fn agents() -> TableCreateStatement {
    Table::create()
        .table("agents")
        .col(text("id").primary_key())
        .col(big_integer("user_id"))
        .col(text("runner_id"))
        .col(text("driver"))
        .col(text("name"))
        .col(text("workspace_type"))
        .col(text("workspace_path"))
        .col(text_null("model"))
        .col(text("mode"))
        .col(text("permission"))
        .col(text("allow_rules"))
        .col(text_null("environment"))
        .col(text("session_id"))
        .col(boolean("session_seen"))
        .col(boolean("unread"))
        .col(big_integer_null("archived_at"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(text_null("latest_run_id"))
        .col(integer("run_count"))
        .col(text_null("cli_chat_id"))
        .take()
}

fn runs() -> TableCreateStatement {
    Table::create()
        .table("runs")
        .col(text("id").primary_key())
        .col(text("agent_id"))
        .col(integer("number"))
        .col(text("status"))
        .col(text("mode"))
        .col(text_null("model"))
        .col(text_null("model_name"))
        .col(text("permission"))
        .col(text_null("cli_version"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer_null("started_at"))
        .col(big_integer_null("ended_at"))
        .col(big_integer_null("duration_ms"))
        .col(text_null("outcome"))
        .col(big_integer_null("input_tokens"))
        .col(big_integer_null("output_tokens"))
        .col(big_integer_null("cache_read_tokens"))
        .col(big_integer_null("cache_write_tokens"))
        .take()
}

fn steps() -> TableCreateStatement {
    Table::create()
        .table("steps")
        .col(text("agent_id"))
        .col(big_integer("position"))
        .col(text("run_id"))
        .col(text("kind"))
        .col(big_integer("started_at"))
        .col(big_integer_null("ended_at"))
        .col(big_integer("size"))
        .col(boolean("truncated"))
        .col(text("body"))
        .primary_key(Index::create().col("agent_id").col("position"))
        .take()
}

fn step_pieces() -> TableCreateStatement {
    Table::create()
        .table("step_pieces")
        .col(text("agent_id"))
        .col(big_integer("position"))
        .col(integer("number"))
        .col(text("text"))
        .primary_key(Index::create().col("agent_id").col("position").col("number"))
        .take()
}

fn changes() -> TableCreateStatement {
    Table::create()
        .table("changes")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        .col(text("entity"))
        .col(text("entity_id"))
        .take()
}

fn directories() -> TableCreateStatement {
    Table::create()
        .table("directories")
        .col(big_integer("user_id"))
        .col(text("path"))
        .col(text_null("permission"))
        .col(big_integer("used_at"))
        .primary_key(Index::create().col("user_id").col("path"))
        .take()
}

fn settings() -> TableCreateStatement {
    Table::create().table("settings").col(text("name").primary_key()).col(text("value")).take()
}
