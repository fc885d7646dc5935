/* The database: in UTF-8, so that varchar keeps every character; with row versions, so that reports
   read the last committed state while the nightly run writes.

   sqlcmd -S server -E -C -v Database=emr_analytics -i create-database.sql */
if db_id('$(Database)') is null
    create database [$(Database)] collate Latin1_General_100_CI_AS_SC_UTF8;
go

alter database [$(Database)] set read_committed_snapshot on with rollback immediate;
go

/* What the warehouse holds can be loaded and built again: no log backups, but for the schema history
   back the database up in full every night. */
alter database [$(Database)] set recovery simple;
go

alter database [$(Database)] set auto_update_statistics_async on;
go
