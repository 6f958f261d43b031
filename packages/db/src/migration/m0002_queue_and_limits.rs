//! The queue of follow-ups, limits, and what makes requests safe to repeat.

#![expect(elided_lifetimes_in_paths, reason = "the trait is written without them")]

use sea_orm_migration::{prelude::*, schema::*};

pub struct QueueAndLimits;

impl MigrationName for QueueAndLimits {
    fn name(&self) -> &str {
        "m0002_queue_and_limits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for QueueAndLimits {
    /// All of it or nothing: a server that is killed half-way leaves what the next one can migrate.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [queued_prompts(), idempotency_keys()] {
            manager.create_table(table).await?;
        }
        // One column a statement: SQLite takes no more.
        for column in
            [integer("queued").default(0).take(), text_null("queue_pause"), text_null("queue_sending"), text_null("limits")]
        {
            manager.alter_table(Table::alter().table("agents").add_column(column).take()).await?;
        }
        for column in [
            integer_null("tool_calls"),
            boolean("fresh_session").default(false).take(),
            boolean("released").default(false).take(),
        ] {
            manager.alter_table(Table::alter().table("runs").add_column(column).take()).await?;
        }
        for (name, table, columns) in [
            ("queued_prompts_in_order", "queued_prompts", vec!["agent_id", "rank"]),
            ("agents_by_queue", "agents", vec!["queued"]),
            ("runs_by_end", "runs", vec!["ended_at"]),
            ("idempotency_keys_by_age", "idempotency_keys", vec!["created_at"]),
        ] {
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

fn queued_prompts() -> TableCreateStatement {
    Table::create()
        .table("queued_prompts")
        .col(text("id").primary_key())
        .col(text("agent_id"))
        .col(big_integer("rank"))
        .col(text("body"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .take()
}

fn idempotency_keys() -> TableCreateStatement {
    Table::create()
        .table("idempotency_keys")
        .col(big_integer("user_id"))
        .col(text("key"))
        .col(text("fingerprint"))
        .col(text("seed"))
        .col(integer_null("status"))
        .col(text_null("body"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("user_id").col("key"))
        .take()
}
