//! Opening a database: connections, the check of its version, backup, migration.

use std::{
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
    sqlx::{
        self, Connection, Executor, SqliteConnection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::watch;

use crate::{DbError, migration::Migrator};

/// How long a statement waits for another process that writes, such as the command line.
const BUSY: Duration = Duration::from_secs(10);

/// Pages of cache a connection, in KiB.
const CACHE_KIB: u32 = 1024;

#[derive(Clone)]
pub struct Db {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
    changed: watch::Sender<u64>,
}

impl Db {
    /// Opens the SQLite database at `path`, made if it is not there, and brings it to this version.
    pub async fn open(path: &Path) -> Result<Self, DbError> {
        // Whose files SQLite makes beside it have the same mode. An error shows when it is opened.
        let _ = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        let writer = connect(path, 1).await?;
        migrate(&writer, path).await?;
        let readers = connect(path, 3).await?;
        Ok(Self { writer, readers, changed: watch::Sender::new(0) })
    }

    /// Makes a whole copy of any SQLite database at `to`, also while others write to it.
    pub async fn copy_file(from: &Path, to: &Path) -> Result<(), DbError> {
        let mut options = ConnectOptions::new("sqlite:");
        let from = from.to_owned();
        options.max_connections(1).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(move |sqlite| sqlite.filename(&from).read_only(true).busy_timeout(BUSY));
        let connection = Database::connect(options).await?;
        let statement = Statement::from_sql_and_values(
            connection.get_database_backend(),
            "VACUUM INTO ?",
            [to.to_string_lossy().into_owned().into()],
        );
        let copied = connection.execute_raw(statement).await;
        connection.close().await?;
        copied?;
        Ok(())
    }

    /// Changes whenever a change of state was committed by this process.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// A transaction that will write, so that it never has to give up half-way.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        self.writer.begin_with_options(options).await
    }

    pub(crate) async fn commit(&self, transaction: DatabaseTransaction) -> Result<(), DbErr> {
        transaction.commit().await?;
        self.changed.send_modify(|count| *count += 1);
        Ok(())
    }
}

async fn connect(path: &Path, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new("sqlite:");
    let path = path.to_owned();
    options.max_connections(connections).min_connections(1).sqlx_logging(false).test_before_acquire(false);
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Survives the death of any process; a loss of power may cost the last moment.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .pragma("cache_size", format!("-{CACHE_KIB}"))
    });
    options.map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(is_clean(connection)));
    Database::connect(options).await
}

/// Whether a connection stands outside of any transaction. A full disk makes SQLite roll back by itself,
/// or leaves a transaction open that nobody owns: what is then written on that connection is never
/// committed. Such a one is closed, which undoes what hangs in it, and another is opened.
async fn is_clean(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Fails where there is nothing to roll back, as it should be.
    let hung = connection.execute("ROLLBACK").await.is_ok();
    Ok(!hung && !connection.is_in_transaction())
}

async fn migrate(writer: &DatabaseConnection, path: &Path) -> Result<(), DbError> {
    let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let applied = applied(writer).await?;
    if let Some(newer) = applied.iter().find(|name| !known.contains(name)) {
        return Err(DbError::Newer(newer.clone()));
    }
    if applied.len() == known.len() {
        return Ok(());
    }
    if let Some(last) = applied.last() {
        let backup = backup_path(path, last);
        let statement = Statement::from_sql_and_values(
            writer.get_database_backend(),
            "VACUUM INTO ?",
            [backup.to_string_lossy().into_owned().into()],
        );
        if !backup.exists() {
            writer.execute_raw(statement).await.map_err(DbError::Backup)?;
        }
    }
    Migrator::up(writer, None).await?;
    Ok(())
}

async fn applied(writer: &DatabaseConnection) -> Result<Vec<String>, DbError> {
    let backend = writer.get_database_backend();
    let found = writer
        .query_one_raw(Statement::from_string(backend, "SELECT 1 FROM sqlite_master WHERE name = 'seaql_migrations'"))
        .await?;
    if found.is_none() {
        return Ok(Vec::new());
    }
    let rows =
        writer.query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version")).await?;
    Ok(rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?)
}

fn backup_path(path: &Path, version: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".before-{version}"));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{keys, settings, users};

    #[tokio::test]
    async fn a_full_disk_loses_nothing_and_all_works_again_with_room() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("db.sqlite");
        let db = Db::open(&path).await.unwrap();
        users::owner(&db, "me", 0).await.unwrap();
        settings::set(&db, "before", "kept").await.unwrap();
        let limit = async |pages: &str| {
            let statement = format!("PRAGMA max_page_count = {pages}");
            db.writer().execute_unprepared(&statement).await.unwrap();
        };
        let long = "x".repeat(100_000);
        for round in 0..6 {
            // Both ways to write: a statement of its own, and a transaction. The limit is a connection's,
            // and a connection that met it may be another one afterwards.
            limit("1").await;
            assert!(matches!(settings::set(&db, &format!("s{round}"), &long).await, Err(DbError::DiskFull)));
            limit("1").await;
            let transaction = db.begin().await.unwrap();
            let row = crate::entity::setting::ActiveModel {
                name: sea_orm::ActiveValue::Set(format!("t{round}")),
                value: sea_orm::ActiveValue::Set(long.clone()),
            };
            let inserted =
                <crate::entity::setting::Entity as sea_orm::EntityTrait>::insert(row).exec_without_returning(&transaction).await;
            assert!(inserted.is_err());
            drop(transaction);
        }
        limit("1000000").await;
        settings::set(&db, "after", "written").await.unwrap();
        assert!(keys::revoke(&db, 1, "none", 0).await.is_ok());
        let other = Db::open(&path).await.unwrap();
        assert_eq!(settings::get(&other, "before").await.unwrap().as_deref(), Some("kept"));
        assert_eq!(settings::get(&other, "after").await.unwrap().as_deref(), Some("written"));
        assert_eq!(settings::get(&other, "s0").await.unwrap(), None);
    }
}
