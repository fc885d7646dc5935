/* Creates a SQL Agent job that loads, builds and backs up every night at 2:00 a.m. Run this script as a
   server administrator.

   The job runs a command on the SQL Server Agent machine, under a proxy whose Windows account can run
   Python there and has the environment variables of docs/sql-server.md (EMR_SQL_SERVER and so on). If
   you do not want Python on the database server, run the same command from cron or the Task Scheduler
   of another machine.

   sqlcmd -S server -E -C -v Database=emr_analytics Project="C:\emr-analytics" \
       Data="D:\extract" Proxy="emr nightly" \
       -i nightly-job.sql */
use [msdb];
go

if exists (select 1 from dbo.sysjobs where name = 'EMR Analytics nightly')
    exec dbo.sp_delete_job @job_name = 'EMR Analytics nightly';
go

exec dbo.sp_add_job
    @job_name = 'EMR Analytics nightly',
    @description = 'Loads the extract, then builds and tests the marts. If it fails, the marts of the previous night stay.',
    @notify_level_eventlog = 2;
go

exec dbo.sp_add_jobstep
    @job_name = 'EMR Analytics nightly',
    @step_name = 'Load and build',
    @subsystem = 'CmdExec',
    @proxy_name = '$(Proxy)',
    @command = 'cmd /c "cd /d "$(Project)" && .venv\Scripts\python -m emr build --source extract --data "$(Data)" --target sqlserver"',
    @on_success_action = 3,
    @retry_attempts = 1,
    @retry_interval = 10;
go

/* The schema history cannot be rebuilt, so the database is backed up. */
exec dbo.sp_add_jobstep
    @job_name = 'EMR Analytics nightly',
    @step_name = 'Back up',
    @subsystem = 'TSQL',
    @database_name = '$(Database)',
    @command = 'backup database [$(Database)] to disk = ''$(Database).bak'' with init, compression, checksum;';
go

exec dbo.sp_add_jobschedule
    @job_name = 'EMR Analytics nightly',
    @name = 'Every night at two',
    @freq_type = 4,
    @freq_interval = 1,
    @active_start_time = 20000;
go

exec dbo.sp_add_jobserver @job_name = 'EMR Analytics nightly';
go
