/* Creates the database: in UTF-8, so that varchar stores every character; with row versioning, so that
   reports read the last committed state while the nightly run writes.

   sqlcmd -S server -E -C -v Database=emr_analytics -i create-database.sql */
if db_id('$(Database)') is null
    create database [$(Database)] collate Latin1_General_100_CI_AS_SC_UTF8;
go

alter database [$(Database)] set read_committed_snapshot on with rollback immediate;
go

/* The warehouse can be loaded and built again, so it needs no log backups. The schema history cannot:
   take a full backup every night. */
alter database [$(Database)] set recovery simple;
go

alter database [$(Database)] set auto_update_statistics_async on;
go
