BEGIN TRANSACTION;
CREATE TABLE "auditlog_logentry" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "object_pk" varchar(255) NOT NULL, "object_id" bigint NULL, "object_repr" text NOT NULL, "action" smallint unsigned NOT NULL CHECK ("action" >= 0), "timestamp" datetime NOT NULL, "actor_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "remote_addr" char(39) NULL, "additional_data" text NULL CHECK ((JSON_VALID("additional_data") OR "additional_data" IS NULL)), "serialized_data" text NULL CHECK ((JSON_VALID("serialized_data") OR "serialized_data" IS NULL)), "cid" varchar(255) NULL, "changes_text" text NOT NULL, "changes" text NULL CHECK ((JSON_VALID("changes") OR "changes" IS NULL)), "remote_port" integer unsigned NULL CHECK ("remote_port" >= 0), "actor_email" varchar(254) NULL);
INSERT INTO "auditlog_logentry" VALUES(1,'1',1,'Marta Ejemplo',0,'2026-11-16 08:00:43.463283',NULL,8,NULL,NULL,NULL,NULL,'','{"name": ["None", "Marta Ejemplo"], "email": ["None", ""], "time_zone": ["None", "Europe/Madrid"], "is_active": ["None", "True"], "language": ["None", "en"], "reminders": ["None", "True"], "subjects": ["None", ""], "id": ["None", "1"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(2,'2',2,'Kenji Ejemplo',0,'2026-11-16 08:00:43.499685',NULL,8,NULL,NULL,NULL,NULL,'','{"name": ["None", "Kenji Ejemplo"], "email": ["None", ""], "time_zone": ["None", "Asia/Tokyo"], "is_active": ["None", "True"], "language": ["None", "en"], "reminders": ["None", "True"], "subjects": ["None", ""], "id": ["None", "2"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(3,'1',1,'Ana Prueba',0,'2026-11-16 08:00:43.501268',NULL,7,NULL,NULL,NULL,NULL,'','{"id": ["None", "1"], "first_name": ["None", "Ana"], "last_name": ["None", "Prueba"], "email": ["None", "ana@example.org"], "start_date": ["None", "2026-11-02"], "is_active": ["None", "True"], "language": ["None", "en"], "reminders": ["None", "True"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(4,'2',2,'Blas Prueba',0,'2026-11-16 08:00:43.501373',NULL,7,NULL,NULL,NULL,NULL,'','{"id": ["None", "2"], "first_name": ["None", "Blas"], "last_name": ["None", "Prueba"], "email": ["None", "blas@example.org"], "start_date": ["None", "2026-11-02"], "is_active": ["None", "True"], "language": ["None", "en"], "reminders": ["None", "True"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(5,'3',3,'Carla Prueba',0,'2026-11-16 08:00:43.501454',NULL,7,NULL,NULL,NULL,NULL,'','{"id": ["None", "3"], "first_name": ["None", "Carla"], "last_name": ["None", "Prueba"], "email": ["None", "carla@example.org"], "start_date": ["None", "2026-11-02"], "is_active": ["None", "True"], "language": ["None", "en"], "reminders": ["None", "True"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(6,'4',4,'Dora Prueba',0,'2026-11-16 08:00:43.501532',NULL,7,NULL,NULL,NULL,NULL,'','{"id": ["None", "4"], "first_name": ["None", "Dora"], "last_name": ["None", "Prueba"], "email": ["None", "dora@example.org"], "start_date": ["None", "2026-11-02"], "is_active": ["None", "True"], "language": ["None", "en"], "reminders": ["None", "True"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(7,'5',5,'Elia Prueba',0,'2026-11-16 08:00:43.501604',NULL,7,NULL,NULL,NULL,NULL,'','{"id": ["None", "5"], "first_name": ["None", "Elia"], "last_name": ["None", "Prueba"], "email": ["None", "elia@example.org"], "start_date": ["None", "2026-11-02"], "is_active": ["None", "True"], "language": ["None", "en"], "reminders": ["None", "True"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(8,'1',1,'Ana Prueba · Marta Ejemplo · Wednesday 10:00 (45 min)',0,'2026-11-16 08:00:43.540776',NULL,9,NULL,NULL,NULL,NULL,'','{"weekday": ["None", "3"], "start_time": ["None", "10:00:00"], "interval_weeks": ["None", "1"], "subject": ["None", "Piano"], "is_shared": ["None", "False"], "teacher": ["None", "Marta Ejemplo"], "student": ["None", "Ana Prueba"], "duration_minutes": ["None", "45"], "status": ["None", "active"], "valid_from": ["None", "2026-11-02"], "id": ["None", "1"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(9,'2',2,'Blas Prueba · Marta Ejemplo · Tuesday 11:00 (60 min)',0,'2026-11-16 08:00:43.540966',NULL,9,NULL,NULL,NULL,NULL,'','{"weekday": ["None", "2"], "start_time": ["None", "11:00:00"], "interval_weeks": ["None", "1"], "subject": ["None", "Viol\u00edn"], "is_shared": ["None", "False"], "teacher": ["None", "Marta Ejemplo"], "student": ["None", "Blas Prueba"], "duration_minutes": ["None", "60"], "status": ["None", "active"], "valid_from": ["None", "2026-11-02"], "id": ["None", "2"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(10,'3',3,'Carla Prueba · Marta Ejemplo · Thursday 17:00 (60 min)',0,'2026-11-16 08:00:43.541103',NULL,9,NULL,NULL,NULL,NULL,'','{"weekday": ["None", "4"], "start_time": ["None", "17:00:00"], "interval_weeks": ["None", "1"], "subject": ["None", "Choir"], "is_shared": ["None", "True"], "teacher": ["None", "Marta Ejemplo"], "student": ["None", "Carla Prueba"], "duration_minutes": ["None", "60"], "status": ["None", "active"], "valid_from": ["None", "2026-11-02"], "id": ["None", "3"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(11,'4',4,'Dora Prueba · Marta Ejemplo · Thursday 17:00 (60 min)',0,'2026-11-16 08:00:43.541229',NULL,9,NULL,NULL,NULL,NULL,'','{"weekday": ["None", "4"], "start_time": ["None", "17:00:00"], "interval_weeks": ["None", "1"], "subject": ["None", "Choir"], "is_shared": ["None", "True"], "teacher": ["None", "Marta Ejemplo"], "student": ["None", "Dora Prueba"], "duration_minutes": ["None", "60"], "status": ["None", "active"], "valid_from": ["None", "2026-11-02"], "id": ["None", "4"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(12,'5',5,'Elia Prueba · Kenji Ejemplo · Friday 18:30 (30 min)',0,'2026-11-16 08:00:43.541364',NULL,9,NULL,NULL,NULL,NULL,'','{"weekday": ["None", "5"], "start_time": ["None", "18:30:00"], "interval_weeks": ["None", "1"], "subject": ["None", "Flute"], "is_shared": ["None", "False"], "teacher": ["None", "Kenji Ejemplo"], "student": ["None", "Elia Prueba"], "duration_minutes": ["None", "30"], "status": ["None", "active"], "valid_from": ["None", "2026-11-02"], "id": ["None", "5"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(13,'3d377c0a-611f-46f3-a2b9-88d81ab6745c',NULL,'timetable.csv',0,'2026-11-16 08:00:43.543299',NULL,18,NULL,NULL,NULL,NULL,'','{"file_name": ["", "timetable.csv"], "report": ["", "2 teachers, 5 students, 0 fixed schedules, 5 recurring slots"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(14,'1',1,'Ana Prueba · Monday 09:00–09:50',0,'2026-11-16 08:00:43.599116',NULL,12,NULL,NULL,NULL,NULL,'','{"pauses": ["None", "scheduling.Closure.None"], "classes": ["None", "scheduling.ScheduledClass.None"], "weekday": ["None", "1"], "start_time": ["None", "09:00:00"], "interval_weeks": ["None", "1"], "subject": ["None", "Theory"], "is_shared": ["None", "False"], "student": ["None", "Ana Prueba"], "end_time": ["None", "09:50:00"], "id": ["None", "1"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(15,'1',1,'Holidays (Mon 7 Dec 2026 – Tue 8 Dec 2026)',0,'2026-11-16 08:00:43.629795',NULL,13,NULL,NULL,NULL,NULL,'','{"name": ["None", "Holidays"], "first_date": ["None", "2026-12-07"], "last_date": ["None", "2026-12-08"], "classes": ["None", "scheduling.ScheduledClass.None"], "id": ["None", "1"], "public_holiday_of": ["None", ""]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(16,'11',11,'Ana Prueba · Thu 3 Dec 2026, 11:15–12:00 (Europe/Madrid)',1,'2026-11-25 18:00:09.296130',1,15,NULL,NULL,NULL,NULL,'','{"date": ["2026-12-02", "2026-12-03"], "start_time": ["10:00:00", "11:15:00"], "end_time": ["10:45:00", "12:00:00"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(17,'3',3,'Ana Prueba · Wed 18 Nov 2026, 10:00–10:45 (Europe/Madrid)',1,'2026-11-25 18:00:09.490466',1,15,NULL,NULL,NULL,NULL,'','{"status": ["scheduled", "completed"], "attendance": ["", "present"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(18,'1',1,'Ana Prueba · Mon 16 Nov 2026, 09:00–09:50 (Europe/Madrid)',1,'2026-11-25 18:00:09.624080',1,15,NULL,NULL,NULL,NULL,'','{"notes": ["", "Bring the blue book."]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(19,'6',6,'Blas Prueba · Tue 24 Nov 2026, 11:00–12:00 (Europe/Madrid)',1,'2026-11-25 18:00:09.789239',1,15,NULL,NULL,NULL,NULL,'','{"status": ["scheduled", "completed"], "attendance": ["", "unexcused"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(20,'10',10,'Blas Prueba · Tue 1 Dec 2026, 11:00–12:00 (Europe/Madrid)',1,'2026-11-25 18:00:09.967978',1,15,NULL,NULL,NULL,NULL,'','{"status": ["scheduled", "cancelled"], "cancelled_by": ["", "student"], "cancel_reason": ["", "Has a cold."]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(21,'16',16,'Dora Prueba · Thu 10 Dec 2026, 17:00–18:00 (Europe/Madrid)',1,'2026-11-25 18:00:11.379212',1,15,NULL,NULL,NULL,NULL,'','{"subject": ["Choir", "Solo"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(22,'19',19,'Elia Prueba · Fri 4 Dec 2026, 18:30–19:00 (Asia/Tokyo)',1,'2026-11-25 18:00:11.498167',1,15,NULL,NULL,NULL,NULL,'','{"status": ["scheduled", "cancelled"], "cancelled_by": ["", "studio"]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(23,'21',21,'Elia Prueba · Sat 28 Nov 2026, 12:00–13:00 (Europe/Madrid)',0,'2026-11-25 18:00:11.672810',1,15,NULL,NULL,NULL,NULL,'','{"is_shared": ["None", "False"], "notes": ["None", ""], "make_ups": ["None", "scheduling.ScheduledClass.None"], "id": ["None", "21"], "student": ["None", "Elia Prueba"], "teacher": ["None", "Marta Ejemplo"], "date": ["None", "2026-11-28"], "start_time": ["None", "12:00:00"], "end_time": ["None", "13:00:00"], "time_zone": ["None", "Europe/Madrid"], "subject": ["None", "Duet"], "status": ["None", "scheduled"], "cancelled_by": ["None", ""], "cancel_reason": ["None", ""], "is_chargeable": ["None", "False"], "attendance": ["None", ""]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(24,'22',22,'Elia Prueba · Sun 29 Nov 2026, 12:00–13:00 (Europe/Madrid)',0,'2026-11-25 18:00:11.848066',1,15,NULL,NULL,NULL,NULL,'','{"is_shared": ["None", "False"], "notes": ["None", ""], "make_ups": ["None", "scheduling.ScheduledClass.None"], "id": ["None", "22"], "student": ["None", "Elia Prueba"], "teacher": ["None", "Marta Ejemplo"], "date": ["None", "2026-11-29"], "start_time": ["None", "12:00:00"], "end_time": ["None", "13:00:00"], "time_zone": ["None", "Europe/Madrid"], "subject": ["None", "Duet"], "status": ["None", "scheduled"], "cancelled_by": ["None", ""], "cancel_reason": ["None", ""], "is_chargeable": ["None", "False"], "attendance": ["None", ""]}',NULL,NULL);
INSERT INTO "auditlog_logentry" VALUES(25,'22',22,'Elia Prueba · Sun 29 Nov 2026, 12:00–13:00 (Europe/Madrid)',2,'2026-11-25 18:00:11.971588',1,15,NULL,NULL,NULL,NULL,'','{"is_shared": ["False", "None"], "notes": ["", "None"], "make_ups": ["scheduling.ScheduledClass.None", "None"], "id": ["22", "None"], "student": ["Elia Prueba", "None"], "teacher": ["Marta Ejemplo", "None"], "date": ["2026-11-29", "None"], "start_time": ["12:00:00", "None"], "end_time": ["13:00:00", "None"], "time_zone": ["Europe/Madrid", "None"], "subject": ["Duet", "None"], "status": ["scheduled", "None"], "cancelled_by": ["", "None"], "cancel_reason": ["", "None"], "is_chargeable": ["False", "None"], "attendance": ["", "None"]}',NULL,NULL);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
INSERT INTO "auth_group" VALUES(1,'Owner');
INSERT INTO "auth_group" VALUES(2,'Scheduler');
INSERT INTO "auth_group" VALUES(3,'Teacher');
INSERT INTO "auth_group" VALUES(4,'Viewer');
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "auth_group_permissions" VALUES(1,1,4);
INSERT INTO "auth_group_permissions" VALUES(2,1,9);
INSERT INTO "auth_group_permissions" VALUES(3,1,10);
INSERT INTO "auth_group_permissions" VALUES(4,1,11);
INSERT INTO "auth_group_permissions" VALUES(5,1,12);
INSERT INTO "auth_group_permissions" VALUES(6,1,13);
INSERT INTO "auth_group_permissions" VALUES(7,1,14);
INSERT INTO "auth_group_permissions" VALUES(8,1,15);
INSERT INTO "auth_group_permissions" VALUES(9,1,16);
INSERT INTO "auth_group_permissions" VALUES(10,1,17);
INSERT INTO "auth_group_permissions" VALUES(11,1,19);
INSERT INTO "auth_group_permissions" VALUES(12,1,20);
INSERT INTO "auth_group_permissions" VALUES(13,1,24);
INSERT INTO "auth_group_permissions" VALUES(14,1,25);
INSERT INTO "auth_group_permissions" VALUES(15,1,26);
INSERT INTO "auth_group_permissions" VALUES(16,1,27);
INSERT INTO "auth_group_permissions" VALUES(17,1,28);
INSERT INTO "auth_group_permissions" VALUES(18,1,29);
INSERT INTO "auth_group_permissions" VALUES(19,1,30);
INSERT INTO "auth_group_permissions" VALUES(20,1,31);
INSERT INTO "auth_group_permissions" VALUES(21,1,32);
INSERT INTO "auth_group_permissions" VALUES(22,1,33);
INSERT INTO "auth_group_permissions" VALUES(23,1,34);
INSERT INTO "auth_group_permissions" VALUES(24,1,35);
INSERT INTO "auth_group_permissions" VALUES(25,1,36);
INSERT INTO "auth_group_permissions" VALUES(26,1,37);
INSERT INTO "auth_group_permissions" VALUES(27,1,38);
INSERT INTO "auth_group_permissions" VALUES(28,1,39);
INSERT INTO "auth_group_permissions" VALUES(29,1,40);
INSERT INTO "auth_group_permissions" VALUES(30,1,41);
INSERT INTO "auth_group_permissions" VALUES(31,1,42);
INSERT INTO "auth_group_permissions" VALUES(32,1,46);
INSERT INTO "auth_group_permissions" VALUES(33,1,47);
INSERT INTO "auth_group_permissions" VALUES(34,1,48);
INSERT INTO "auth_group_permissions" VALUES(35,1,49);
INSERT INTO "auth_group_permissions" VALUES(36,1,50);
INSERT INTO "auth_group_permissions" VALUES(37,1,51);
INSERT INTO "auth_group_permissions" VALUES(38,1,52);
INSERT INTO "auth_group_permissions" VALUES(39,1,53);
INSERT INTO "auth_group_permissions" VALUES(40,1,54);
INSERT INTO "auth_group_permissions" VALUES(41,1,55);
INSERT INTO "auth_group_permissions" VALUES(42,1,56);
INSERT INTO "auth_group_permissions" VALUES(43,1,57);
INSERT INTO "auth_group_permissions" VALUES(44,1,58);
INSERT INTO "auth_group_permissions" VALUES(45,1,59);
INSERT INTO "auth_group_permissions" VALUES(46,1,60);
INSERT INTO "auth_group_permissions" VALUES(47,1,61);
INSERT INTO "auth_group_permissions" VALUES(48,1,62);
INSERT INTO "auth_group_permissions" VALUES(49,2,24);
INSERT INTO "auth_group_permissions" VALUES(50,2,25);
INSERT INTO "auth_group_permissions" VALUES(51,2,26);
INSERT INTO "auth_group_permissions" VALUES(52,2,27);
INSERT INTO "auth_group_permissions" VALUES(53,2,29);
INSERT INTO "auth_group_permissions" VALUES(54,2,31);
INSERT INTO "auth_group_permissions" VALUES(55,2,32);
INSERT INTO "auth_group_permissions" VALUES(56,2,34);
INSERT INTO "auth_group_permissions" VALUES(57,2,35);
INSERT INTO "auth_group_permissions" VALUES(58,2,36);
INSERT INTO "auth_group_permissions" VALUES(59,2,38);
INSERT INTO "auth_group_permissions" VALUES(60,2,39);
INSERT INTO "auth_group_permissions" VALUES(61,2,40);
INSERT INTO "auth_group_permissions" VALUES(62,2,42);
INSERT INTO "auth_group_permissions" VALUES(63,2,46);
INSERT INTO "auth_group_permissions" VALUES(64,2,47);
INSERT INTO "auth_group_permissions" VALUES(65,2,48);
INSERT INTO "auth_group_permissions" VALUES(66,2,50);
INSERT INTO "auth_group_permissions" VALUES(67,2,51);
INSERT INTO "auth_group_permissions" VALUES(68,2,52);
INSERT INTO "auth_group_permissions" VALUES(69,2,53);
INSERT INTO "auth_group_permissions" VALUES(70,2,54);
INSERT INTO "auth_group_permissions" VALUES(71,2,55);
INSERT INTO "auth_group_permissions" VALUES(72,2,56);
INSERT INTO "auth_group_permissions" VALUES(73,2,57);
INSERT INTO "auth_group_permissions" VALUES(74,2,58);
INSERT INTO "auth_group_permissions" VALUES(75,2,59);
INSERT INTO "auth_group_permissions" VALUES(76,2,60);
INSERT INTO "auth_group_permissions" VALUES(77,2,61);
INSERT INTO "auth_group_permissions" VALUES(78,2,62);
INSERT INTO "auth_group_permissions" VALUES(79,3,63);
INSERT INTO "auth_group_permissions" VALUES(80,4,34);
INSERT INTO "auth_group_permissions" VALUES(81,4,38);
INSERT INTO "auth_group_permissions" VALUES(82,4,42);
INSERT INTO "auth_group_permissions" VALUES(83,4,46);
INSERT INTO "auth_group_permissions" VALUES(84,4,50);
INSERT INTO "auth_group_permissions" VALUES(85,4,54);
INSERT INTO "auth_group_permissions" VALUES(86,4,24);
INSERT INTO "auth_group_permissions" VALUES(87,4,58);
INSERT INTO "auth_group_permissions" VALUES(88,4,29);
INSERT INTO "auth_group_permissions" VALUES(89,4,62);
INSERT INTO "auth_group_permissions" VALUES(227,1,64);
INSERT INTO "auth_group_permissions" VALUES(228,1,65);
INSERT INTO "auth_group_permissions" VALUES(229,1,66);
INSERT INTO "auth_group_permissions" VALUES(260,2,64);
INSERT INTO "auth_group_permissions" VALUES(261,2,65);
INSERT INTO "auth_group_permissions" VALUES(262,2,66);
INSERT INTO "auth_group_permissions" VALUES(325,1,67);
INSERT INTO "auth_group_permissions" VALUES(326,1,68);
INSERT INTO "auth_group_permissions" VALUES(360,2,67);
INSERT INTO "auth_group_permissions" VALUES(361,2,68);
INSERT INTO "auth_group_permissions" VALUES(364,4,67);
INSERT INTO "auth_group_permissions" VALUES(427,1,69);
INSERT INTO "auth_group_permissions" VALUES(428,1,70);
INSERT INTO "auth_group_permissions" VALUES(464,2,70);
INSERT INTO "auth_group_permissions" VALUES(469,4,70);
INSERT INTO "auth_group_permissions" VALUES(533,1,71);
INSERT INTO "auth_group_permissions" VALUES(534,1,72);
INSERT INTO "auth_group_permissions" VALUES(535,1,73);
INSERT INTO "auth_group_permissions" VALUES(536,1,74);
INSERT INTO "auth_group_permissions" VALUES(537,1,75);
INSERT INTO "auth_group_permissions" VALUES(538,1,76);
INSERT INTO "auth_group_permissions" VALUES(539,1,77);
INSERT INTO "auth_group_permissions" VALUES(540,1,78);
INSERT INTO "auth_group_permissions" VALUES(577,2,71);
INSERT INTO "auth_group_permissions" VALUES(578,2,72);
INSERT INTO "auth_group_permissions" VALUES(579,2,74);
INSERT INTO "auth_group_permissions" VALUES(580,2,75);
INSERT INTO "auth_group_permissions" VALUES(581,2,76);
INSERT INTO "auth_group_permissions" VALUES(582,2,77);
INSERT INTO "auth_group_permissions" VALUES(583,2,78);
INSERT INTO "auth_group_permissions" VALUES(589,4,74);
INSERT INTO "auth_group_permissions" VALUES(592,4,78);
INSERT INTO "auth_group_permissions" VALUES(662,1,79);
INSERT INTO "auth_group_permissions" VALUES(663,1,80);
INSERT INTO "auth_group_permissions" VALUES(664,1,81);
INSERT INTO "auth_group_permissions" VALUES(665,1,82);
INSERT INTO "auth_group_permissions" VALUES(709,2,79);
INSERT INTO "auth_group_permissions" VALUES(710,2,80);
INSERT INTO "auth_group_permissions" VALUES(711,2,82);
INSERT INTO "auth_group_permissions" VALUES(722,4,82);
INSERT INTO "auth_group_permissions" VALUES(795,1,83);
INSERT INTO "auth_group_permissions" VALUES(796,1,84);
INSERT INTO "auth_group_permissions" VALUES(797,1,85);
INSERT INTO "auth_group_permissions" VALUES(798,1,86);
INSERT INTO "auth_group_permissions" VALUES(845,2,83);
INSERT INTO "auth_group_permissions" VALUES(846,2,84);
INSERT INTO "auth_group_permissions" VALUES(847,2,85);
INSERT INTO "auth_group_permissions" VALUES(848,2,86);
INSERT INTO "auth_group_permissions" VALUES(861,4,86);
INSERT INTO "auth_group_permissions" VALUES(937,1,87);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
INSERT INTO "auth_permission" VALUES(1,1,'add_logentry','Can add log entry');
INSERT INTO "auth_permission" VALUES(2,1,'change_logentry','Can change log entry');
INSERT INTO "auth_permission" VALUES(3,1,'delete_logentry','Can delete log entry');
INSERT INTO "auth_permission" VALUES(4,1,'view_logentry','Can view log entry');
INSERT INTO "auth_permission" VALUES(5,2,'add_permission','Can add permission');
INSERT INTO "auth_permission" VALUES(6,2,'change_permission','Can change permission');
INSERT INTO "auth_permission" VALUES(7,2,'delete_permission','Can delete permission');
INSERT INTO "auth_permission" VALUES(8,2,'view_permission','Can view permission');
INSERT INTO "auth_permission" VALUES(9,3,'add_group','Can add group');
INSERT INTO "auth_permission" VALUES(10,3,'change_group','Can change group');
INSERT INTO "auth_permission" VALUES(11,3,'delete_group','Can delete group');
INSERT INTO "auth_permission" VALUES(12,3,'view_group','Can view group');
INSERT INTO "auth_permission" VALUES(13,4,'add_user','Can add user');
INSERT INTO "auth_permission" VALUES(14,4,'change_user','Can change user');
INSERT INTO "auth_permission" VALUES(15,4,'delete_user','Can delete user');
INSERT INTO "auth_permission" VALUES(16,4,'view_user','Can view user');
INSERT INTO "auth_permission" VALUES(17,5,'add_authtoken','Can add auth token');
INSERT INTO "auth_permission" VALUES(18,5,'change_authtoken','Can change auth token');
INSERT INTO "auth_permission" VALUES(19,5,'delete_authtoken','Can delete auth token');
INSERT INTO "auth_permission" VALUES(20,5,'view_authtoken','Can view auth token');
INSERT INTO "auth_permission" VALUES(21,6,'add_jobrun','Can add job run');
INSERT INTO "auth_permission" VALUES(22,6,'change_jobrun','Can change job run');
INSERT INTO "auth_permission" VALUES(23,6,'delete_jobrun','Can delete job run');
INSERT INTO "auth_permission" VALUES(24,6,'view_jobrun','Can view job run');
INSERT INTO "auth_permission" VALUES(25,6,'run_jobs','Can run jobs');
INSERT INTO "auth_permission" VALUES(26,7,'add_student','Can add student');
INSERT INTO "auth_permission" VALUES(27,7,'change_student','Can change student');
INSERT INTO "auth_permission" VALUES(28,7,'delete_student','Can delete student');
INSERT INTO "auth_permission" VALUES(29,7,'view_student','Can view student');
INSERT INTO "auth_permission" VALUES(30,7,'import_timetable','Can import a timetable');
INSERT INTO "auth_permission" VALUES(31,8,'add_teacher','Can add teacher');
INSERT INTO "auth_permission" VALUES(32,8,'change_teacher','Can change teacher');
INSERT INTO "auth_permission" VALUES(33,8,'delete_teacher','Can delete teacher');
INSERT INTO "auth_permission" VALUES(34,8,'view_teacher','Can view teacher');
INSERT INTO "auth_permission" VALUES(35,9,'add_recurringslot','Can add recurring slot');
INSERT INTO "auth_permission" VALUES(36,9,'change_recurringslot','Can change recurring slot');
INSERT INTO "auth_permission" VALUES(37,9,'delete_recurringslot','Can delete recurring slot');
INSERT INTO "auth_permission" VALUES(38,9,'view_recurringslot','Can view recurring slot');
INSERT INTO "auth_permission" VALUES(39,10,'add_lessonsettings','Can add lesson settings');
INSERT INTO "auth_permission" VALUES(40,10,'change_lessonsettings','Can change lesson settings');
INSERT INTO "auth_permission" VALUES(41,10,'delete_lessonsettings','Can delete lesson settings');
INSERT INTO "auth_permission" VALUES(42,10,'view_lessonsettings','Can view lesson settings');
INSERT INTO "auth_permission" VALUES(43,11,'add_jobrunitem','Can add result');
INSERT INTO "auth_permission" VALUES(44,11,'change_jobrunitem','Can change result');
INSERT INTO "auth_permission" VALUES(45,11,'delete_jobrunitem','Can delete result');
INSERT INTO "auth_permission" VALUES(46,11,'view_jobrunitem','Can view result');
INSERT INTO "auth_permission" VALUES(47,12,'add_fixedschedule','Can add fixed schedule');
INSERT INTO "auth_permission" VALUES(48,12,'change_fixedschedule','Can change fixed schedule');
INSERT INTO "auth_permission" VALUES(49,12,'delete_fixedschedule','Can delete fixed schedule');
INSERT INTO "auth_permission" VALUES(50,12,'view_fixedschedule','Can view fixed schedule');
INSERT INTO "auth_permission" VALUES(51,13,'add_closure','Can add closure');
INSERT INTO "auth_permission" VALUES(52,13,'change_closure','Can change closure');
INSERT INTO "auth_permission" VALUES(53,13,'delete_closure','Can delete closure');
INSERT INTO "auth_permission" VALUES(54,13,'view_closure','Can view closure');
INSERT INTO "auth_permission" VALUES(55,14,'add_lessonduration','Can add lesson duration');
INSERT INTO "auth_permission" VALUES(56,14,'change_lessonduration','Can change lesson duration');
INSERT INTO "auth_permission" VALUES(57,14,'delete_lessonduration','Can delete lesson duration');
INSERT INTO "auth_permission" VALUES(58,14,'view_lessonduration','Can view lesson duration');
INSERT INTO "auth_permission" VALUES(59,15,'add_scheduledclass','Can add class');
INSERT INTO "auth_permission" VALUES(60,15,'change_scheduledclass','Can change class');
INSERT INTO "auth_permission" VALUES(61,15,'delete_scheduledclass','Can delete class');
INSERT INTO "auth_permission" VALUES(62,15,'view_scheduledclass','Can view class');
INSERT INTO "auth_permission" VALUES(63,15,'mark_own_classes','Can see and mark the classes that they teach');
INSERT INTO "auth_permission" VALUES(64,17,'add_calendarfeed','Can add calendar feed');
INSERT INTO "auth_permission" VALUES(65,17,'change_calendarfeed','Can change calendar feed');
INSERT INTO "auth_permission" VALUES(66,17,'view_calendarfeed','Can view calendar feed');
INSERT INTO "auth_permission" VALUES(67,22,'view_message','Can view message');
INSERT INTO "auth_permission" VALUES(68,22,'change_message','Can change message');
INSERT INTO "auth_permission" VALUES(69,24,'change_studio','Can change studio');
INSERT INTO "auth_permission" VALUES(70,24,'view_studio','Can view studio');
INSERT INTO "auth_permission" VALUES(71,25,'add_guardian','Can add guardian');
INSERT INTO "auth_permission" VALUES(72,25,'change_guardian','Can change guardian');
INSERT INTO "auth_permission" VALUES(73,25,'delete_guardian','Can delete guardian');
INSERT INTO "auth_permission" VALUES(74,25,'view_guardian','Can view guardian');
INSERT INTO "auth_permission" VALUES(75,26,'add_studentguardian','Can add guardian of a student');
INSERT INTO "auth_permission" VALUES(76,26,'change_studentguardian','Can change guardian of a student');
INSERT INTO "auth_permission" VALUES(77,26,'delete_studentguardian','Can delete guardian of a student');
INSERT INTO "auth_permission" VALUES(78,26,'view_studentguardian','Can view guardian of a student');
INSERT INTO "auth_permission" VALUES(79,27,'add_room','Can add room');
INSERT INTO "auth_permission" VALUES(80,27,'change_room','Can change room');
INSERT INTO "auth_permission" VALUES(81,27,'delete_room','Can delete room');
INSERT INTO "auth_permission" VALUES(82,27,'view_room','Can view room');
INSERT INTO "auth_permission" VALUES(83,29,'add_workinghours','Can add working hours');
INSERT INTO "auth_permission" VALUES(84,29,'change_workinghours','Can change working hours');
INSERT INTO "auth_permission" VALUES(85,29,'delete_workinghours','Can delete working hours');
INSERT INTO "auth_permission" VALUES(86,29,'view_workinghours','Can view working hours');
INSERT INTO "auth_permission" VALUES(87,7,'manage_personal_data','Can export and erase the data of a person');
INSERT INTO "auth_permission" VALUES(88,30,'add_logentry','Can add log entry');
INSERT INTO "auth_permission" VALUES(89,30,'change_logentry','Can change log entry');
INSERT INTO "auth_permission" VALUES(90,30,'delete_logentry','Can delete log entry');
INSERT INTO "auth_permission" VALUES(91,30,'view_logentry','Can view log entry');
INSERT INTO "auth_permission" VALUES(92,31,'add_contenttype','Can add content type');
INSERT INTO "auth_permission" VALUES(93,31,'change_contenttype','Can change content type');
INSERT INTO "auth_permission" VALUES(94,31,'delete_contenttype','Can delete content type');
INSERT INTO "auth_permission" VALUES(95,31,'view_contenttype','Can view content type');
INSERT INTO "auth_permission" VALUES(96,32,'add_session','Can add session');
INSERT INTO "auth_permission" VALUES(97,32,'change_session','Can change session');
INSERT INTO "auth_permission" VALUES(98,32,'delete_session','Can delete session');
INSERT INTO "auth_permission" VALUES(99,32,'view_session','Can view session');
INSERT INTO "auth_permission" VALUES(100,33,'add_accessattempt','Can add access attempt');
INSERT INTO "auth_permission" VALUES(101,33,'change_accessattempt','Can change access attempt');
INSERT INTO "auth_permission" VALUES(102,33,'delete_accessattempt','Can delete access attempt');
INSERT INTO "auth_permission" VALUES(103,33,'view_accessattempt','Can view access attempt');
INSERT INTO "auth_permission" VALUES(104,34,'add_accesslog','Can add access log');
INSERT INTO "auth_permission" VALUES(105,34,'change_accesslog','Can change access log');
INSERT INTO "auth_permission" VALUES(106,34,'delete_accesslog','Can delete access log');
INSERT INTO "auth_permission" VALUES(107,34,'view_accesslog','Can view access log');
INSERT INTO "auth_permission" VALUES(108,35,'add_accessfailurelog','Can add access failure');
INSERT INTO "auth_permission" VALUES(109,35,'change_accessfailurelog','Can change access failure');
INSERT INTO "auth_permission" VALUES(110,35,'delete_accessfailurelog','Can delete access failure');
INSERT INTO "auth_permission" VALUES(111,35,'view_accessfailurelog','Can view access failure');
INSERT INTO "auth_permission" VALUES(112,36,'add_accessattemptexpiration','Can add access attempt expiration');
INSERT INTO "auth_permission" VALUES(113,36,'change_accessattemptexpiration','Can change access attempt expiration');
INSERT INTO "auth_permission" VALUES(114,36,'delete_accessattemptexpiration','Can delete access attempt expiration');
INSERT INTO "auth_permission" VALUES(115,36,'view_accessattemptexpiration','Can view access attempt expiration');
INSERT INTO "auth_permission" VALUES(116,37,'add_dbtaskresult','Can add Task Result');
INSERT INTO "auth_permission" VALUES(117,37,'change_dbtaskresult','Can change Task Result');
INSERT INTO "auth_permission" VALUES(118,37,'delete_dbtaskresult','Can delete Task Result');
INSERT INTO "auth_permission" VALUES(119,37,'view_dbtaskresult','Can view Task Result');
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL);
INSERT INTO "auth_user" VALUES(1,'!','2026-11-25 18:00:00.073720',1,'clara','','',1,1,'2026-11-25 18:00:00','');
CREATE TABLE "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_user_user_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "axes_accessattempt" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_agent" varchar(255) NOT NULL, "ip_address" char(39) NULL, "username" varchar(255) NULL, "http_accept" varchar(1025) NOT NULL, "path_info" varchar(255) NOT NULL, "attempt_time" datetime NOT NULL, "get_data" text NOT NULL, "post_data" text NOT NULL, "failures_since_start" integer unsigned NOT NULL CHECK ("failures_since_start" >= 0));
CREATE TABLE "axes_accessattemptexpiration" ("access_attempt_id" integer NOT NULL PRIMARY KEY REFERENCES "axes_accessattempt" ("id") DEFERRABLE INITIALLY DEFERRED, "expires_at" datetime NOT NULL);
CREATE TABLE "axes_accessfailurelog" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_agent" varchar(255) NOT NULL, "ip_address" char(39) NULL, "username" varchar(255) NULL, "http_accept" varchar(1025) NOT NULL, "path_info" varchar(255) NOT NULL, "attempt_time" datetime NOT NULL, "locked_out" bool NOT NULL);
CREATE TABLE "axes_accesslog" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_agent" varchar(255) NOT NULL, "ip_address" char(39) NULL, "username" varchar(255) NULL, "http_accept" varchar(1025) NOT NULL, "path_info" varchar(255) NOT NULL, "attempt_time" datetime NOT NULL, "logout_time" datetime NULL, "session_hash" varchar(64) NOT NULL);
CREATE TABLE "classes" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "week" date NULL, "occurrence_date" date NULL, "date" date NOT NULL, "start_time" time NOT NULL, "end_time" time NOT NULL, "time_zone" varchar(64) NOT NULL, "starts_at" datetime NOT NULL, "ends_at" datetime NOT NULL, "subject" varchar(200) DEFAULT '' NOT NULL, "status" varchar(10) DEFAULT 'scheduled' NOT NULL, "cancelled_by" varchar(10) DEFAULT '' NOT NULL, "cancel_reason" varchar(300) DEFAULT '' NOT NULL, "attendance" varchar(15) DEFAULT '' NOT NULL, "is_shared" bool DEFAULT 0 NOT NULL, "notes" text DEFAULT '' NOT NULL, "edited_at" datetime NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "updated_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "closure_id" bigint NULL REFERENCES "scheduling_closure" ("id") DEFERRABLE INITIALLY DEFERRED, "created_by_run_id" bigint NULL, "fixed_schedule_id" bigint NULL REFERENCES "scheduling_fixedschedule" ("id") DEFERRABLE INITIALLY DEFERRED, "recurring_slot_id" bigint NULL REFERENCES "scheduling_recurringslot" ("id") DEFERRABLE INITIALLY DEFERRED, "student_id" bigint NOT NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, "cancelled_at" datetime NULL, "is_chargeable" bool DEFAULT 0 NOT NULL, "room_id" bigint NULL REFERENCES "scheduling_room" ("id") DEFERRABLE INITIALLY DEFERRED, "original_teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, "make_up_for_id" bigint NULL REFERENCES "classes" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "class_ends_after_start" CHECK ("ends_at" > ("starts_at")), CONSTRAINT "class_one_source" CHECK (("fixed_schedule_id" IS NULL OR "recurring_slot_id" IS NULL)), CONSTRAINT "class_identity" CHECK ((("fixed_schedule_id" IS NULL AND "occurrence_date" IS NULL AND "recurring_slot_id" IS NULL AND "week" IS NULL) OR ("occurrence_date" IS NOT NULL AND "week" IS NOT NULL AND ("fixed_schedule_id" IS NOT NULL OR "recurring_slot_id" IS NOT NULL)))), CONSTRAINT "class_status" CHECK ("status" IN ('scheduled', 'completed', 'cancelled')), CONSTRAINT "class_cancelled_by_only_when_cancelled" CHECK (("status" = 'cancelled' OR ("cancelled_by" = '' AND "closure_id" IS NULL))), CONSTRAINT "class_chargeable_only_when_cancelled" CHECK (("status" = 'cancelled' OR NOT "is_chargeable")), CONSTRAINT "class_substitute_is_another_teacher" CHECK (("original_teacher_id" IS NULL OR ("teacher_id" IS NOT NULL AND NOT ("original_teacher_id" = ("teacher_id") AND "original_teacher_id" IS NOT NULL AND "teacher_id" IS NOT NULL)))));
INSERT INTO "classes" VALUES(1,'2026-11-16','2026-11-16','2026-11-16','09:00:00','09:50:00','Europe/Madrid','2026-11-16 08:00:00','2026-11-16 08:50:00','Theory','scheduled','','','',0,'Bring the blue book.','2026-11-25 18:00:09.577452','2026-11-30 14:22:38.408000','2026-11-30 14:22:39.408000',NULL,1,1,NULL,1,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(2,'2026-11-16','2026-11-17','2026-11-17','11:00:00','12:00:00','Europe/Madrid','2026-11-17 10:00:00','2026-11-17 11:00:00','Violín','scheduled','','','',0,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,2,2,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(3,'2026-11-16','2026-11-18','2026-11-18','10:00:00','10:45:00','Europe/Madrid','2026-11-18 09:00:00','2026-11-18 09:45:00','Piano','completed','','','present',0,'','2026-11-25 18:00:09.391757','2026-11-30 14:22:38.583000','2026-11-30 14:22:39.583000',NULL,2,NULL,1,1,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(4,'2026-11-16','2026-11-19','2026-11-19','17:00:00','18:00:00','Europe/Madrid','2026-11-19 16:00:00','2026-11-19 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,3,3,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(5,'2026-11-16','2026-11-19','2026-11-19','17:00:00','18:00:00','Europe/Madrid','2026-11-19 16:00:00','2026-11-19 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,4,4,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(6,'2026-11-23','2026-11-24','2026-11-24','11:00:00','12:00:00','Europe/Madrid','2026-11-24 10:00:00','2026-11-24 11:00:00','Violín','completed','','','unexcused',0,'','2026-11-25 18:00:09.692370','2026-11-30 14:22:38.583000','2026-11-30 14:22:39.583000',NULL,2,NULL,2,2,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(7,'2026-11-23','2026-11-25','2026-11-25','10:00:00','10:45:00','Europe/Madrid','2026-11-25 09:00:00','2026-11-25 09:45:00','Piano','scheduled','','','',0,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,1,1,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(8,'2026-11-23','2026-11-26','2026-11-26','17:00:00','18:00:00','Europe/Madrid','2026-11-26 16:00:00','2026-11-26 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,3,3,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(9,'2026-11-23','2026-11-26','2026-11-26','17:00:00','18:00:00','Europe/Madrid','2026-11-26 16:00:00','2026-11-26 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,4,4,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(10,'2026-11-30','2026-12-01','2026-12-01','11:00:00','12:00:00','Europe/Madrid','2026-12-01 10:00:00','2026-12-01 11:00:00','Violín','cancelled','student','Has a cold.','',0,'','2026-11-25 18:00:09.867334','2026-11-30 14:22:38.583000','2026-11-30 14:22:39.583000',NULL,2,NULL,2,2,1,'2026-11-25 18:00:09.867334',0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(11,'2026-11-30','2026-12-02','2026-12-03','11:15:00','12:00:00','Europe/Madrid','2026-12-03 10:15:00','2026-12-03 11:00:00','Piano','scheduled','','','',0,'','2026-11-25 18:00:09.197984','2026-11-30 14:22:38.583000','2026-11-30 14:22:39.583000',NULL,2,NULL,1,1,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(12,'2026-11-30','2026-12-03','2026-12-03','17:00:00','18:00:00','Europe/Madrid','2026-12-03 16:00:00','2026-12-03 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,3,3,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(13,'2026-11-30','2026-12-03','2026-12-03','17:00:00','18:00:00','Europe/Madrid','2026-12-03 16:00:00','2026-12-03 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,4,4,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(14,'2026-12-07','2026-12-09','2026-12-09','10:00:00','10:45:00','Europe/Madrid','2026-12-09 09:00:00','2026-12-09 09:45:00','Piano','scheduled','','','',0,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,1,1,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(15,'2026-12-07','2026-12-10','2026-12-10','17:00:00','18:00:00','Europe/Madrid','2026-12-10 16:00:00','2026-12-10 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,3,3,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(16,'2026-12-07','2026-12-10','2026-12-10','17:00:00','18:00:00','Europe/Madrid','2026-12-10 16:00:00','2026-12-10 17:00:00','Solo','scheduled','','','',1,'','2026-11-25 18:00:10.062118','2026-11-30 14:22:38.583000','2026-11-30 14:22:39.583000',NULL,2,NULL,4,4,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(17,'2026-11-16','2026-11-20','2026-11-20','18:30:00','19:00:00','Asia/Tokyo','2026-11-20 09:30:00','2026-11-20 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,5,5,2,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(18,'2026-11-23','2026-11-27','2026-11-27','18:30:00','19:00:00','Asia/Tokyo','2026-11-27 09:30:00','2026-11-27 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,5,5,2,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(19,'2026-11-30','2026-12-04','2026-12-04','18:30:00','19:00:00','Asia/Tokyo','2026-12-04 09:30:00','2026-12-04 10:00:00','Flute','cancelled','studio','','',0,'','2026-11-25 18:00:11.407806','2026-11-30 14:22:38.583000','2026-11-30 14:22:39.583000',NULL,2,NULL,5,5,2,'2026-11-25 18:00:11.407806',0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(20,'2026-12-07','2026-12-11','2026-12-11','18:30:00','19:00:00','Asia/Tokyo','2026-12-11 09:30:00','2026-12-11 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:22:38.583','2026-11-30 14:22:38.583',NULL,2,NULL,5,5,2,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(21,NULL,NULL,'2026-11-28','12:00:00','13:00:00','Europe/Madrid','2026-11-28 11:00:00','2026-11-28 12:00:00','Duet','scheduled','','','',0,'','2026-11-25 18:00:11.603879','2026-11-30 14:22:50.285','2026-11-25 18:00:11.603879',NULL,NULL,NULL,NULL,5,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(23,'2026-11-23','2026-11-23','2026-11-23','09:00:00','09:50:00','Europe/Madrid','2026-11-23 08:00:00','2026-11-23 08:50:00','Theory','scheduled','','','',0,'',NULL,'2026-11-30 14:22:50.729','2026-11-30 14:22:50.729',NULL,3,1,NULL,1,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(24,'2026-12-14','2026-12-15','2026-12-15','11:00:00','12:00:00','Europe/Madrid','2026-12-15 10:00:00','2026-12-15 11:00:00','Violín','scheduled','','','',0,'',NULL,'2026-11-30 14:22:50.985','2026-11-30 14:22:50.985',NULL,4,NULL,2,2,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(25,'2026-12-14','2026-12-16','2026-12-16','10:00:00','10:45:00','Europe/Madrid','2026-12-16 09:00:00','2026-12-16 09:45:00','Piano','scheduled','','','',0,'',NULL,'2026-11-30 14:22:50.985','2026-11-30 14:22:50.985',NULL,4,NULL,1,1,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(26,'2026-12-14','2026-12-17','2026-12-17','17:00:00','18:00:00','Europe/Madrid','2026-12-17 16:00:00','2026-12-17 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:50.985','2026-11-30 14:22:50.985',NULL,4,NULL,3,3,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(27,'2026-12-14','2026-12-17','2026-12-17','17:00:00','18:00:00','Europe/Madrid','2026-12-17 16:00:00','2026-12-17 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:22:50.985','2026-11-30 14:22:50.985',NULL,4,NULL,4,4,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(28,'2026-12-21','2026-12-22','2026-12-22','11:00:00','12:00:00','Europe/Madrid','2026-12-22 10:00:00','2026-12-22 11:00:00','Violín','scheduled','','','',0,'',NULL,'2026-11-30 14:22:50.985','2026-11-30 14:22:50.985',NULL,4,NULL,2,2,1,NULL,0,NULL,NULL,NULL);
INSERT INTO "classes" VALUES(29,'2026-12-14','2026-12-18','2026-12-18','18:30:00','19:00:00','Asia/Tokyo','2026-12-18 09:30:00','2026-12-18 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:22:50.985','2026-11-30 14:22:50.985',NULL,4,NULL,5,5,2,NULL,0,NULL,NULL,NULL);
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "object_id" text NULL, "object_repr" varchar(200) NOT NULL, "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0), "change_message" text NOT NULL, "content_type_id" integer NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "action_time" datetime NOT NULL);
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
INSERT INTO "django_content_type" VALUES(1,'auditlog','logentry');
INSERT INTO "django_content_type" VALUES(2,'auth','permission');
INSERT INTO "django_content_type" VALUES(3,'auth','group');
INSERT INTO "django_content_type" VALUES(4,'auth','user');
INSERT INTO "django_content_type" VALUES(5,'knox','authtoken');
INSERT INTO "django_content_type" VALUES(6,'scheduling','jobrun');
INSERT INTO "django_content_type" VALUES(7,'scheduling','student');
INSERT INTO "django_content_type" VALUES(8,'scheduling','teacher');
INSERT INTO "django_content_type" VALUES(9,'scheduling','recurringslot');
INSERT INTO "django_content_type" VALUES(10,'scheduling','lessonsettings');
INSERT INTO "django_content_type" VALUES(11,'scheduling','jobrunitem');
INSERT INTO "django_content_type" VALUES(12,'scheduling','fixedschedule');
INSERT INTO "django_content_type" VALUES(13,'scheduling','closure');
INSERT INTO "django_content_type" VALUES(14,'scheduling','lessonduration');
INSERT INTO "django_content_type" VALUES(15,'scheduling','scheduledclass');
INSERT INTO "django_content_type" VALUES(16,'scheduling','incident');
INSERT INTO "django_content_type" VALUES(17,'scheduling','calendarfeed');
INSERT INTO "django_content_type" VALUES(18,'scheduling','timetableupload');
INSERT INTO "django_content_type" VALUES(19,'scheduling','reminder');
INSERT INTO "django_content_type" VALUES(20,'scheduling','cancellationnotice');
INSERT INTO "django_content_type" VALUES(21,'scheduling','refusedcredentials');
INSERT INTO "django_content_type" VALUES(22,'scheduling','message');
INSERT INTO "django_content_type" VALUES(23,'scheduling','messageitem');
INSERT INTO "django_content_type" VALUES(24,'scheduling','studio');
INSERT INTO "django_content_type" VALUES(25,'scheduling','guardian');
INSERT INTO "django_content_type" VALUES(26,'scheduling','studentguardian');
INSERT INTO "django_content_type" VALUES(27,'scheduling','room');
INSERT INTO "django_content_type" VALUES(28,'scheduling','apitokendetails');
INSERT INTO "django_content_type" VALUES(29,'scheduling','workinghours');
INSERT INTO "django_content_type" VALUES(30,'admin','logentry');
INSERT INTO "django_content_type" VALUES(31,'contenttypes','contenttype');
INSERT INTO "django_content_type" VALUES(32,'sessions','session');
INSERT INTO "django_content_type" VALUES(33,'axes','accessattempt');
INSERT INTO "django_content_type" VALUES(34,'axes','accesslog');
INSERT INTO "django_content_type" VALUES(35,'axes','accessfailurelog');
INSERT INTO "django_content_type" VALUES(36,'axes','accessattemptexpiration');
INSERT INTO "django_content_type" VALUES(37,'django_tasks_database','dbtaskresult');
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
INSERT INTO "django_migrations" VALUES(1,'contenttypes','0001_initial','2026-11-16 08:00:00');
INSERT INTO "django_migrations" VALUES(2,'auth','0001_initial','2026-11-16 08:00:00.094432');
INSERT INTO "django_migrations" VALUES(3,'admin','0001_initial','2026-11-16 08:00:00.196156');
INSERT INTO "django_migrations" VALUES(4,'admin','0002_logentry_remove_auto_add','2026-11-16 08:00:00.292755');
INSERT INTO "django_migrations" VALUES(5,'admin','0003_logentry_add_action_flag_choices','2026-11-16 08:00:00.364089');
INSERT INTO "django_migrations" VALUES(6,'auditlog','0001_initial','2026-11-16 08:00:00.430367');
INSERT INTO "django_migrations" VALUES(7,'auditlog','0002_auto_support_long_primary_keys','2026-11-16 08:00:00.535261');
INSERT INTO "django_migrations" VALUES(8,'auditlog','0003_logentry_remote_addr','2026-11-16 08:00:00.624804');
INSERT INTO "django_migrations" VALUES(9,'auditlog','0004_logentry_detailed_object_repr','2026-11-16 08:00:00.699981');
INSERT INTO "django_migrations" VALUES(10,'auditlog','0005_logentry_additional_data_verbose_name','2026-11-16 08:00:00.745038');
INSERT INTO "django_migrations" VALUES(11,'auditlog','0006_object_pk_index','2026-11-16 08:00:00.856880');
INSERT INTO "django_migrations" VALUES(12,'auditlog','0007_object_pk_type','2026-11-16 08:00:00.913877');
INSERT INTO "django_migrations" VALUES(13,'auditlog','0008_action_index','2026-11-16 08:00:01.069409');
INSERT INTO "django_migrations" VALUES(14,'auditlog','0009_alter_logentry_additional_data','2026-11-16 08:00:01.110771');
INSERT INTO "django_migrations" VALUES(15,'auditlog','0010_alter_logentry_timestamp','2026-11-16 08:00:01.221146');
INSERT INTO "django_migrations" VALUES(16,'auditlog','0011_logentry_serialized_data','2026-11-16 08:00:01.270630');
INSERT INTO "django_migrations" VALUES(17,'auditlog','0012_add_logentry_action_access','2026-11-16 08:00:01.319185');
INSERT INTO "django_migrations" VALUES(18,'auditlog','0013_alter_logentry_timestamp','2026-11-16 08:00:01.414851');
INSERT INTO "django_migrations" VALUES(19,'auditlog','0014_logentry_cid','2026-11-16 08:00:01.532246');
INSERT INTO "django_migrations" VALUES(20,'auditlog','0015_alter_logentry_changes','2026-11-16 08:00:01.762440');
INSERT INTO "django_migrations" VALUES(21,'auditlog','0016_logentry_remote_port','2026-11-16 08:00:01.814628');
INSERT INTO "django_migrations" VALUES(22,'auditlog','0017_add_actor_email','2026-11-16 08:00:01.902894');
INSERT INTO "django_migrations" VALUES(23,'contenttypes','0002_remove_content_type_name','2026-11-16 08:00:02.069887');
INSERT INTO "django_migrations" VALUES(24,'auth','0002_alter_permission_name_max_length','2026-11-16 08:00:02.159561');
INSERT INTO "django_migrations" VALUES(25,'auth','0003_alter_user_email_max_length','2026-11-16 08:00:02.230837');
INSERT INTO "django_migrations" VALUES(26,'auth','0004_alter_user_username_opts','2026-11-16 08:00:02.319580');
INSERT INTO "django_migrations" VALUES(27,'auth','0005_alter_user_last_login_null','2026-11-16 08:00:02.813529');
INSERT INTO "django_migrations" VALUES(28,'auth','0006_require_contenttypes_0002','2026-11-16 08:00:02.814070');
INSERT INTO "django_migrations" VALUES(29,'auth','0007_alter_validators_add_error_messages','2026-11-16 08:00:02.851297');
INSERT INTO "django_migrations" VALUES(30,'auth','0008_alter_user_username_max_length','2026-11-16 08:00:02.951270');
INSERT INTO "django_migrations" VALUES(31,'auth','0009_alter_user_last_name_max_length','2026-11-16 08:00:02.998739');
INSERT INTO "django_migrations" VALUES(32,'auth','0010_alter_group_name_max_length','2026-11-16 08:00:03.061015');
INSERT INTO "django_migrations" VALUES(33,'auth','0011_update_proxy_permissions','2026-11-16 08:00:03.093611');
INSERT INTO "django_migrations" VALUES(34,'auth','0012_alter_user_first_name_max_length','2026-11-16 08:00:03.177843');
INSERT INTO "django_migrations" VALUES(35,'axes','0001_initial','2026-11-16 08:00:03.215617');
INSERT INTO "django_migrations" VALUES(36,'axes','0002_auto_20151217_2044','2026-11-16 08:00:03.426497');
INSERT INTO "django_migrations" VALUES(37,'axes','0003_auto_20160322_0929','2026-11-16 08:00:03.523140');
INSERT INTO "django_migrations" VALUES(38,'axes','0004_auto_20181024_1538','2026-11-16 08:00:03.600989');
INSERT INTO "django_migrations" VALUES(39,'axes','0005_remove_accessattempt_trusted','2026-11-16 08:00:03.642152');
INSERT INTO "django_migrations" VALUES(40,'axes','0006_remove_accesslog_trusted','2026-11-16 08:00:03.696158');
INSERT INTO "django_migrations" VALUES(41,'axes','0007_alter_accessattempt_unique_together','2026-11-16 08:00:03.770106');
INSERT INTO "django_migrations" VALUES(42,'axes','0008_accessfailurelog','2026-11-16 08:00:03.810903');
INSERT INTO "django_migrations" VALUES(43,'axes','0009_add_session_hash','2026-11-16 08:00:03.814629');
INSERT INTO "django_migrations" VALUES(44,'axes','0010_accessattemptexpiration','2026-11-16 08:00:03.861462');
INSERT INTO "django_migrations" VALUES(45,'django_tasks_database','0001_initial','2026-11-16 08:00:03.862955');
INSERT INTO "django_migrations" VALUES(46,'django_tasks_database','0002_alter_dbtaskresult_options','2026-11-16 08:00:03.896261');
INSERT INTO "django_migrations" VALUES(47,'django_tasks_database','0003_dbtaskresult_enqueued_at_dbtaskresult_finished_at','2026-11-16 08:00:03.959513');
INSERT INTO "django_migrations" VALUES(48,'django_tasks_database','0004_dbtaskresult_started_at','2026-11-16 08:00:03.961640');
INSERT INTO "django_migrations" VALUES(49,'django_tasks_database','0005_alter_dbtaskresult_priority_and_more','2026-11-16 08:00:04.053533');
INSERT INTO "django_migrations" VALUES(50,'django_tasks_database','0006_alter_dbtaskresult_args_kwargs_and_more','2026-11-16 08:00:04.161497');
INSERT INTO "django_migrations" VALUES(51,'django_tasks_database','0007_add_separate_results_fields','2026-11-16 08:00:04.200463');
INSERT INTO "django_migrations" VALUES(52,'django_tasks_database','0008_separate_results_field','2026-11-16 08:00:04.258858');
INSERT INTO "django_migrations" VALUES(53,'django_tasks_database','0009_remove_results_field','2026-11-16 08:00:04.338596');
INSERT INTO "django_migrations" VALUES(54,'django_tasks_database','0010_alter_dbtaskresult_status','2026-11-16 08:00:04.366812');
INSERT INTO "django_migrations" VALUES(55,'django_tasks_database','0011_rename_complete_status','2026-11-16 08:00:04.430701');
INSERT INTO "django_migrations" VALUES(56,'django_tasks_database','0012_add_separate_exception_fields','2026-11-16 08:00:04.578507');
INSERT INTO "django_migrations" VALUES(57,'django_tasks_database','0013_separate_exception_fields','2026-11-16 08:00:04.664769');
INSERT INTO "django_migrations" VALUES(58,'django_tasks_database','0014_remove_dbtaskresult_exception_data','2026-11-16 08:00:04.698467');
INSERT INTO "django_migrations" VALUES(59,'django_tasks_database','0015_correctly_order_run_after','2026-11-16 08:00:04.718192');
INSERT INTO "django_migrations" VALUES(60,'django_tasks_database','0016_remove_dbtaskresult_django_task_new_ordering_idx_and_more','2026-11-16 08:00:05.091055');
INSERT INTO "django_migrations" VALUES(61,'django_tasks_database','0017_dbtaskresult_metadata','2026-11-16 08:00:05.153196');
INSERT INTO "django_migrations" VALUES(62,'django_tasks_database','0018_rename_succeeded_status','2026-11-16 08:00:05.297892');
INSERT INTO "django_migrations" VALUES(63,'django_tasks_database','0019_rename_django_task_new_ordering_idx_tasks_db_new_ordering_idx_and_more','2026-11-16 08:00:05.501709');
INSERT INTO "django_migrations" VALUES(64,'django_tasks_database','0020_update_db_task_result_ordering','2026-11-16 08:00:05.568520');
INSERT INTO "django_migrations" VALUES(65,'django_tasks_database','0021_conditional_partial_index_ordering','2026-11-16 08:00:05.635485');
INSERT INTO "django_migrations" VALUES(66,'knox','0001_initial','2026-11-16 08:00:05.679311');
INSERT INTO "django_migrations" VALUES(67,'knox','0002_auto_20150916_1425','2026-11-16 08:00:05.805067');
INSERT INTO "django_migrations" VALUES(68,'knox','0003_auto_20150916_1526','2026-11-16 08:00:05.975081');
INSERT INTO "django_migrations" VALUES(69,'knox','0004_authtoken_expires','2026-11-16 08:00:06.050671');
INSERT INTO "django_migrations" VALUES(70,'knox','0005_authtoken_token_key','2026-11-16 08:00:06.147200');
INSERT INTO "django_migrations" VALUES(71,'knox','0006_auto_20160818_0932','2026-11-16 08:00:06.405421');
INSERT INTO "django_migrations" VALUES(72,'knox','0007_auto_20190111_0542','2026-11-16 08:00:06.490703');
INSERT INTO "django_migrations" VALUES(73,'knox','0008_remove_authtoken_salt','2026-11-16 08:00:06.607720');
INSERT INTO "django_migrations" VALUES(74,'knox','0009_extend_authtoken_field','2026-11-16 08:00:06.728000');
INSERT INTO "django_migrations" VALUES(75,'scheduling','0001_initial','2026-11-16 08:00:09.637824');
INSERT INTO "django_migrations" VALUES(76,'scheduling','0002_no_double_booking','2026-11-16 08:00:09.801442');
INSERT INTO "django_migrations" VALUES(77,'scheduling','0003_shared_cache','2026-11-16 08:00:09.802122');
INSERT INTO "django_migrations" VALUES(78,'scheduling','0004_run_jobs_permission','2026-11-16 08:00:10.465285');
INSERT INTO "django_migrations" VALUES(79,'scheduling','0005_class_start','2026-11-16 08:00:10.564407');
INSERT INTO "django_migrations" VALUES(80,'scheduling','0006_own_permissions','2026-11-16 08:00:10.697010');
INSERT INTO "django_migrations" VALUES(81,'scheduling','0007_roles','2026-11-16 08:00:10.986876');
INSERT INTO "django_migrations" VALUES(82,'scheduling','0008_undone_runs','2026-11-16 08:00:11.206172');
INSERT INTO "django_migrations" VALUES(83,'scheduling','0009_troubles','2026-11-16 08:00:11.241499');
INSERT INTO "django_migrations" VALUES(84,'scheduling','0010_owners_see_the_audit_log','2026-11-16 08:00:11.520507');
INSERT INTO "django_migrations" VALUES(85,'scheduling','0011_calendar_feeds','2026-11-16 08:00:11.904127');
INSERT INTO "django_migrations" VALUES(86,'scheduling','0012_timetable_uploads','2026-11-16 08:00:12.049100');
INSERT INTO "django_migrations" VALUES(87,'scheduling','0013_pauses','2026-11-16 08:00:12.520970');
INSERT INTO "django_migrations" VALUES(88,'scheduling','0014_whole_runs','2026-11-16 08:00:12.566638');
INSERT INTO "django_migrations" VALUES(89,'scheduling','0015_reminders','2026-11-16 08:00:13.179324');
INSERT INTO "django_migrations" VALUES(90,'scheduling','0016_make_ups','2026-11-16 08:00:13.610974');
INSERT INTO "django_migrations" VALUES(91,'scheduling','0017_cancellation_notices','2026-11-16 08:00:13.756999');
INSERT INTO "django_migrations" VALUES(92,'scheduling','0018_public_holidays','2026-11-16 08:00:13.886222');
INSERT INTO "django_migrations" VALUES(93,'scheduling','0019_import_until','2026-11-16 08:00:14.217841');
INSERT INTO "django_migrations" VALUES(94,'scheduling','0020_needed_indexes','2026-11-16 08:00:15.313399');
INSERT INTO "django_migrations" VALUES(95,'scheduling','0021_shards','2026-11-16 08:00:16.873252');
INSERT INTO "django_migrations" VALUES(96,'scheduling','0022_chargeable','2026-11-16 08:00:17.338648');
INSERT INTO "django_migrations" VALUES(97,'scheduling','0023_no_shards','2026-11-16 08:00:17.714159');
INSERT INTO "django_migrations" VALUES(98,'scheduling','0024_refused_credentials','2026-11-16 08:00:17.749899');
INSERT INTO "django_migrations" VALUES(99,'scheduling','0025_normalised_text','2026-11-16 08:00:17.978556');
INSERT INTO "django_migrations" VALUES(100,'scheduling','0026_outbox','2026-11-16 08:00:18.998527');
INSERT INTO "django_migrations" VALUES(101,'scheduling','0027_job_names','2026-11-16 08:00:19.083060');
INSERT INTO "django_migrations" VALUES(102,'scheduling','0028_studio','2026-11-16 08:00:20.014205');
INSERT INTO "django_migrations" VALUES(103,'scheduling','0029_revised_at','2026-11-16 08:00:20.792713');
INSERT INTO "django_migrations" VALUES(104,'scheduling','0030_zone_names','2026-11-16 08:00:21.118371');
INSERT INTO "django_migrations" VALUES(105,'scheduling','0031_first_values','2026-11-16 08:00:21.706091');
INSERT INTO "django_migrations" VALUES(106,'scheduling','0032_incidents','2026-11-16 08:00:21.968232');
INSERT INTO "django_migrations" VALUES(107,'scheduling','0033_guardians','2026-11-16 08:00:25.448516');
INSERT INTO "django_migrations" VALUES(108,'scheduling','0034_rooms','2026-11-16 08:00:27.464344');
INSERT INTO "django_migrations" VALUES(109,'scheduling','0035_monitoring','2026-11-16 08:00:27.561145');
INSERT INTO "django_migrations" VALUES(110,'scheduling','0036_api_tokens_and_retention','2026-11-16 08:00:28.109417');
INSERT INTO "django_migrations" VALUES(111,'scheduling','0037_working_hours','2026-11-16 08:00:29.082786');
INSERT INTO "django_migrations" VALUES(112,'scheduling','0038_prices','2026-11-16 08:00:29.567147');
INSERT INTO "django_migrations" VALUES(113,'scheduling','0039_notices','2026-11-16 08:00:32.869494');
INSERT INTO "django_migrations" VALUES(114,'scheduling','0040_substitutes','2026-11-16 08:00:33.545057');
INSERT INTO "django_migrations" VALUES(115,'scheduling','0041_family_pages','2026-11-16 08:00:35.198832');
INSERT INTO "django_migrations" VALUES(116,'scheduling','0042_personal_data','2026-11-16 08:00:36.329257');
INSERT INTO "django_migrations" VALUES(117,'scheduling','0043_cancelled_classes','2026-11-16 08:00:37.888663');
INSERT INTO "django_migrations" VALUES(118,'scheduling','0044_account_links','2026-11-16 08:00:38.551197');
INSERT INTO "django_migrations" VALUES(119,'sessions','0001_initial','2026-11-16 08:00:38.596113');
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE "django_tasks_database_dbtaskresult" ("id" char(32) NOT NULL PRIMARY KEY, "args_kwargs" text NOT NULL CHECK ((JSON_VALID("args_kwargs") OR "args_kwargs" IS NULL)), "priority" integer NOT NULL, "task_path" text NOT NULL, "queue_name" varchar(32) NOT NULL, "backend_name" varchar(32) NOT NULL, "run_after" datetime NOT NULL, "enqueued_at" datetime NOT NULL, "finished_at" datetime NULL, "started_at" datetime NULL, "return_value" text NULL CHECK ((JSON_VALID("return_value") OR "return_value" IS NULL)), "exception_class_path" text NOT NULL, "traceback" text NOT NULL, "worker_ids" text NOT NULL CHECK ((JSON_VALID("worker_ids") OR "worker_ids" IS NULL)), "status" varchar(10) NOT NULL, CONSTRAINT "priority_range" CHECK ("priority" BETWEEN -100 AND 100));
CREATE TABLE "knox_authtoken" ("digest" varchar(128) NOT NULL PRIMARY KEY, "created" datetime NOT NULL, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "expiry" datetime NULL, "token_key" varchar(25) NOT NULL);
CREATE TABLE "scheduling_apitokendetails" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(60) NOT NULL, "scope" varchar(7) NOT NULL, "token_id" varchar(128) NOT NULL UNIQUE REFERENCES "knox_authtoken" ("digest") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "api_token_scope" CHECK ("scope" IN ('all', 'metrics')));
CREATE TABLE "scheduling_calendarfeed" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "nonce" varchar(16) NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "revoked_at" datetime NULL, "student_id" bigint NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, "guardian_id" bigint NULL REFERENCES "scheduling_guardian" ("id") DEFERRABLE INITIALLY DEFERRED, "last_used_at" datetime NULL, CONSTRAINT "calendar_feed_owner" CHECK ((("student_id" IS NULL AND "teacher_id" IS NULL) OR ("guardian_id" IS NULL AND "teacher_id" IS NULL) OR ("guardian_id" IS NULL AND "student_id" IS NULL))));
CREATE TABLE "scheduling_closure" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL, "first_date" date NOT NULL, "last_date" date NOT NULL, "student_id" bigint NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, "fixed_schedule_id" bigint NULL REFERENCES "scheduling_fixedschedule" ("id") DEFERRABLE INITIALLY DEFERRED, "recurring_slot_id" bigint NULL REFERENCES "scheduling_recurringslot" ("id") DEFERRABLE INITIALLY DEFERRED, "public_holiday_of" varchar(16) DEFAULT '' NOT NULL, CONSTRAINT "closure_dates" CHECK ("last_date" >= ("first_date")), CONSTRAINT "closure_scope" CHECK (("teacher_id" IS NULL OR "student_id" IS NULL)), CONSTRAINT "closure_pause" CHECK ((("fixed_schedule_id" IS NULL AND "recurring_slot_id" IS NULL) OR ("student_id" IS NOT NULL AND ("fixed_schedule_id" IS NULL OR "recurring_slot_id" IS NULL)))));
INSERT INTO "scheduling_closure" VALUES(1,'Holidays','2026-12-07','2026-12-08',NULL,NULL,NULL,NULL,'');
CREATE TABLE "scheduling_fixedschedule" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "weekday" smallint unsigned NOT NULL CHECK ("weekday" >= 0), "start_time" time NOT NULL, "interval_weeks" smallint unsigned DEFAULT 1 NOT NULL CHECK ("interval_weeks" >= 0), "subject" varchar(200) DEFAULT '' NOT NULL, "is_shared" bool DEFAULT 0 NOT NULL, "valid_until" date NULL, "import_key" varchar(64) NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "end_time" time NOT NULL, "valid_from" date NULL, "student_id" bigint NOT NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, "import_until" date NULL, "revised_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "room_id" bigint NULL REFERENCES "scheduling_room" ("id") DEFERRABLE INITIALLY DEFERRED, "import_room" varchar(300) DEFAULT '' NOT NULL, CONSTRAINT "fixed_schedule_weekday" CHECK (("weekday" >= 1 AND "weekday" <= 7)), CONSTRAINT "fixed_schedule_ends_after_start" CHECK ("end_time" > ("start_time")), CONSTRAINT "fixed_schedule_interval" CHECK (("interval_weeks" >= 1 AND "interval_weeks" <= 4)), CONSTRAINT "fixed_schedule_validity" CHECK (("valid_until" IS NULL OR "valid_from" IS NULL OR "valid_until" >= ("valid_from"))), CONSTRAINT "fixed_schedule_import_key" UNIQUE ("import_key"));
INSERT INTO "scheduling_fixedschedule" VALUES(1,1,'09:00:00',1,'Theory',0,NULL,NULL,'2026-11-30 14:22:38.088','09:50:00',NULL,1,NULL,NULL,'2026-11-30 14:22:38.088',NULL,'');
CREATE TABLE "scheduling_guardian" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "first_name" varchar(100) NOT NULL, "last_name" varchar(100) NOT NULL, "email" varchar(254) NOT NULL, "phone" varchar(50) NOT NULL, "language" varchar(2) NOT NULL, "reminders" bool DEFAULT 1 NOT NULL, "notices" bool DEFAULT 1 NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL);
CREATE TABLE "scheduling_jobrun" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "job" varchar(10) NOT NULL, "trigger" varchar(10) NOT NULL, "triggered_by" varchar(150) DEFAULT '' NOT NULL, "state" varchar(10) NOT NULL, "is_full" bool DEFAULT 1 NOT NULL, "is_dated" bool DEFAULT 0 NOT NULL, "window_start" date NULL, "window_end" date NULL, "catch_up_from" date NULL, "options" text NOT NULL CHECK ((JSON_VALID("options") OR "options" IS NULL)), "counts" text NOT NULL CHECK ((JSON_VALID("counts") OR "counts" IS NULL)), "classes_created" integer unsigned DEFAULT 0 NOT NULL CHECK ("classes_created" >= 0), "students_processed" integer unsigned DEFAULT 0 NOT NULL CHECK ("students_processed" >= 0), "teachers_processed" integer unsigned DEFAULT 0 NOT NULL CHECK ("teachers_processed" >= 0), "progress_done" integer unsigned DEFAULT 0 NOT NULL CHECK ("progress_done" >= 0), "progress_total" integer unsigned DEFAULT 0 NOT NULL CHECK ("progress_total" >= 0), "queries" integer unsigned DEFAULT 0 NOT NULL CHECK ("queries" >= 0), "heartbeat" datetime NULL, "token" char(32) NULL, "host" varchar(255) DEFAULT '' NOT NULL, "process" varchar(64) DEFAULT '' NOT NULL, "error" text DEFAULT '' NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "started_at" datetime NULL, "finished_at" datetime NULL, "classes_undone" integer unsigned DEFAULT 0 NOT NULL CHECK ("classes_undone" >= 0), "undone_at" datetime NULL, "undone_by" varchar(150) DEFAULT '' NOT NULL, CONSTRAINT "job_run_state" CHECK ("state" IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled', 'crashed')), CONSTRAINT "job_run_window" CHECK (("window_end" IS NULL OR "window_end" > ("window_start"))));
INSERT INTO "scheduling_jobrun" VALUES(1,'weekly','command','clara','succeeded',1,0,'2026-11-16','2026-11-23',NULL,'{}','{"created": 1}',1,1,0,1,1,24,'2026-11-30 14:22:38.455','5a95f24ed33543f1816ff4b105e7cf05','example-host','25095@6433887','','2026-11-30 14:22:38.254','2026-11-30 14:22:38.254','2026-11-30 14:22:38.455',0,NULL,'');
INSERT INTO "scheduling_jobrun" VALUES(2,'horizon','command','clara','succeeded',1,0,'2026-11-16','2026-12-14',NULL,'{"weeks": 4}','{"closed": 1, "created": 19}',19,5,2,5,5,19,'2026-11-30 14:22:38.612','f78cf902b2af44cbb2da8d6e264f5770','example-host','25095@6433887','','2026-11-30 14:22:38.483','2026-11-30 14:22:38.483','2026-11-30 14:22:38.612',0,NULL,'');
INSERT INTO "scheduling_jobrun" VALUES(3,'weekly','command','clara','succeeded',1,0,'2026-11-23','2026-11-30',NULL,'{}','{"created": 1}',1,1,0,1,1,21,'2026-11-30 14:22:50.775','36a5ca64f5be46deb5e81b721e725877','example-host','25095@6433887','','2026-11-30 14:22:50.648','2026-11-30 14:22:50.648','2026-11-30 14:22:50.775',0,NULL,'');
INSERT INTO "scheduling_jobrun" VALUES(4,'horizon','command','clara','succeeded',1,0,'2026-11-25','2026-12-23',NULL,'{"weeks": 4}','{"closed": 1, "created": 6, "exists": 9, "protected": 4}',6,5,2,5,5,25,'2026-11-30 14:22:51.048','6c9e32d017194fc7a76c0c91de69fdc1','example-host','25095@6433887','','2026-11-30 14:22:50.803','2026-11-30 14:22:50.803','2026-11-30 14:22:51.048',0,NULL,'');
CREATE TABLE "scheduling_jobrunitem" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "outcome" varchar(12) NOT NULL, "student_name" varchar(201) DEFAULT '' NOT NULL, "teacher_name" varchar(150) DEFAULT '' NOT NULL, "series_kind" varchar(15) DEFAULT '' NOT NULL, "series_id" bigint NULL, "class_id" bigint NULL, "date" date NULL, "start_time" time NULL, "end_time" time NULL, "occurrences" integer unsigned DEFAULT 1 NOT NULL CHECK ("occurrences" >= 0), "code" varchar(40) NOT NULL, "params" text NOT NULL CHECK ((JSON_VALID("params") OR "params" IS NULL)), "student_id" bigint NULL, "teacher_id" bigint NULL, "run_id" bigint NOT NULL REFERENCES "scheduling_jobrun" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "scheduling_jobrunitem" VALUES(1,'closed','','','',NULL,NULL,'2026-12-08',NULL,NULL,1,'closed','{"closure": "Holidays"}',NULL,NULL,2);
INSERT INTO "scheduling_jobrunitem" VALUES(2,'protected','Ana Prueba','Marta Ejemplo','recurring_slot',1,11,'2026-12-03','11:15:00','12:00:00',1,'moved_by_hand','{}',1,1,4);
INSERT INTO "scheduling_jobrunitem" VALUES(3,'protected','Blas Prueba','Marta Ejemplo','recurring_slot',2,10,'2026-12-01','11:00:00','12:00:00',1,'cancelled_by_hand','{}',2,1,4);
INSERT INTO "scheduling_jobrunitem" VALUES(4,'protected','Dora Prueba','Marta Ejemplo','recurring_slot',4,16,'2026-12-10','17:00:00','18:00:00',1,'edited_by_hand','{}',4,1,4);
INSERT INTO "scheduling_jobrunitem" VALUES(5,'protected','Elia Prueba','Kenji Ejemplo','recurring_slot',5,19,'2026-12-04','18:30:00','19:00:00',1,'cancelled_by_hand','{}',5,2,4);
INSERT INTO "scheduling_jobrunitem" VALUES(6,'closed','','','',NULL,NULL,'2026-12-08',NULL,NULL,1,'closed','{"closure": "Holidays"}',NULL,NULL,4);
CREATE TABLE "scheduling_lessonduration" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "minutes" smallint unsigned NOT NULL CHECK ("minutes" >= 0), "price" decimal NULL, "settings_id" bigint NOT NULL REFERENCES "scheduling_lessonsettings" ("id") DEFERRABLE INITIALLY DEFERRED, "valid_from" date DEFAULT '1970-01-01' NOT NULL, CONSTRAINT "lesson_duration_minutes" CHECK (("minutes" >= 1 AND "minutes" <= 1440)), CONSTRAINT "lesson_duration_price" CHECK ("price" >= '0'), CONSTRAINT "lesson_price_once" UNIQUE ("settings_id", "minutes", "valid_from"));
CREATE TABLE "scheduling_lessonsettings" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "advance_booking_days" smallint unsigned DEFAULT 28 NOT NULL CHECK ("advance_booking_days" >= 0), "teacher_id" bigint NOT NULL UNIQUE REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "scheduling_message" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(8) NOT NULL, "state" varchar(8) NOT NULL, "recipient" varchar(254) NOT NULL, "language" varchar(2) NOT NULL, "subject" text NOT NULL, "body" text NOT NULL, "message_id" varchar(255) NOT NULL UNIQUE, "attempts" integer unsigned NOT NULL CHECK ("attempts" >= 0), "error" varchar(300) NOT NULL, "created_at" datetime NOT NULL, "next_try" datetime NOT NULL, "expires_at" datetime NOT NULL, "sent_at" datetime NULL, "blocked_since" datetime NULL, "feed_id" bigint NULL, "account_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "scheduling_messageitem" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(8) NOT NULL, "reader" varchar(8) NOT NULL, "starts_at" datetime NOT NULL, "message_id" bigint NOT NULL REFERENCES "scheduling_message" ("id") DEFERRABLE INITIALLY DEFERRED, "student_id" bigint NOT NULL, "teacher_id" bigint NULL, "guardian_id" bigint NULL, "before" text NULL CHECK ((JSON_VALID("before") OR "before" IS NULL)), "change" varchar(9) DEFAULT '' NOT NULL, "class_id" bigint NULL, "revision" datetime NULL);
CREATE TABLE "scheduling_recurringslot" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "weekday" smallint unsigned NOT NULL CHECK ("weekday" >= 0), "start_time" time NOT NULL, "interval_weeks" smallint unsigned DEFAULT 1 NOT NULL CHECK ("interval_weeks" >= 0), "subject" varchar(200) DEFAULT '' NOT NULL, "is_shared" bool DEFAULT 0 NOT NULL, "valid_until" date NULL, "import_key" varchar(64) NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "duration_minutes" smallint unsigned NOT NULL CHECK ("duration_minutes" >= 0), "status" varchar(10) DEFAULT 'active' NOT NULL, "valid_from" date NOT NULL, "booked_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "student_id" bigint NOT NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NOT NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, "import_until" date NULL, "revised_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "room_id" bigint NULL REFERENCES "scheduling_room" ("id") DEFERRABLE INITIALLY DEFERRED, "import_room" varchar(300) DEFAULT '' NOT NULL, CONSTRAINT "recurring_slot_weekday" CHECK (("weekday" >= 1 AND "weekday" <= 7)), CONSTRAINT "recurring_slot_duration" CHECK (("duration_minutes" >= 1 AND "duration_minutes" <= 1440)), CONSTRAINT "recurring_slot_interval" CHECK (("interval_weeks" >= 1 AND "interval_weeks" <= 4)), CONSTRAINT "recurring_slot_validity" CHECK (("valid_until" IS NULL OR "valid_until" >= ("valid_from"))), CONSTRAINT "recurring_slot_status" CHECK ("status" IN ('active', 'paused', 'cancelled')), CONSTRAINT "recurring_slot_import_key" UNIQUE ("import_key"));
INSERT INTO "scheduling_recurringslot" VALUES(1,3,'10:00:00',1,'Piano',0,NULL,'96d539f9feeb627ae60c2799aa0dd894cea81e92ba2ea331028a71682d3076ee','2026-11-16 08:00:43.082414',45,'active','2026-11-02','2026-11-16 08:00:43.082414',1,1,NULL,'2026-11-30 14:22:37.993',NULL,'');
INSERT INTO "scheduling_recurringslot" VALUES(2,2,'11:00:00',1,'Violín',0,NULL,'3abbac3ea4ab6544f8e1dc83cc0f987459796af3de04169aa9b2cce853f2ecc0','2026-11-16 08:00:43.082415',60,'active','2026-11-02','2026-11-16 08:00:43.082415',2,1,NULL,'2026-11-30 14:22:37.993',NULL,'');
INSERT INTO "scheduling_recurringslot" VALUES(3,4,'17:00:00',1,'Choir',1,NULL,'6d40fad93ae52bf33c852606ae7fefe63a68a8d56e11551810ba3658f1343846','2026-11-16 08:00:43.082416',60,'active','2026-11-02','2026-11-16 08:00:43.082416',3,1,NULL,'2026-11-30 14:22:37.993',NULL,'');
INSERT INTO "scheduling_recurringslot" VALUES(4,4,'17:00:00',1,'Choir',1,NULL,'0580270c1a1867e25eec7c97ae0e141b051474aeb6bfbbc67608fc4ee13325da','2026-11-16 08:00:43.082417',60,'active','2026-11-02','2026-11-16 08:00:43.082417',4,1,NULL,'2026-11-30 14:22:37.993',NULL,'');
INSERT INTO "scheduling_recurringslot" VALUES(5,5,'18:30:00',1,'Flute',0,NULL,'c46931f4c7cb5dc8b44345075e50b6f2a05a7f671e4754d629e500f0465eb29b','2026-11-16 08:00:43.082418',30,'active','2026-11-02','2026-11-16 08:00:43.082418',5,2,NULL,'2026-11-30 14:22:37.993',NULL,'');
CREATE TABLE "scheduling_refusedcredentials" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "address" varchar(64) NOT NULL, "window_end" datetime NOT NULL, "count" integer unsigned NOT NULL CHECK ("count" >= 0), CONSTRAINT "refused_credentials_once" UNIQUE ("address", "window_end"));
CREATE TABLE "scheduling_room" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "revised_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "name" varchar(100) NOT NULL, "name_key" varchar(300) NOT NULL, "capacity" smallint unsigned NULL CHECK ("capacity" >= 0), "is_active" bool DEFAULT 1 NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, CONSTRAINT "room_name_once" UNIQUE ("name_key"), CONSTRAINT "room_capacity" CHECK (("capacity" IS NULL OR "capacity" >= 1)));
CREATE TABLE "scheduling_student" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "first_name" varchar(100) NOT NULL, "last_name" varchar(100) NOT NULL, "email" varchar(254) NOT NULL, "start_date" date NULL, "end_date" date NULL, "is_active" bool DEFAULT 1 NOT NULL, "language" varchar(2) NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "reminders" bool DEFAULT 1 NOT NULL, "revised_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "erased_at" datetime NULL, CONSTRAINT "student_ends_after_start" CHECK (("end_date" IS NULL OR "start_date" IS NULL OR "end_date" >= ("start_date"))), CONSTRAINT "student_erased_is_inactive" CHECK (("erased_at" IS NULL OR NOT "is_active")));
INSERT INTO "scheduling_student" VALUES(1,'Ana','Prueba','ana@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:43.082414',1,'2026-11-30 14:22:37.991',NULL);
INSERT INTO "scheduling_student" VALUES(2,'Blas','Prueba','blas@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:43.082414',1,'2026-11-30 14:22:37.991',NULL);
INSERT INTO "scheduling_student" VALUES(3,'Carla','Prueba','carla@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:43.082414',1,'2026-11-30 14:22:37.991',NULL);
INSERT INTO "scheduling_student" VALUES(4,'Dora','Prueba','dora@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:43.082414',1,'2026-11-30 14:22:37.991',NULL);
INSERT INTO "scheduling_student" VALUES(5,'Elia','Prueba','elia@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:43.082414',1,'2026-11-30 14:22:37.991',NULL);
CREATE TABLE "scheduling_studentguardian" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "relation" varchar(50) NOT NULL, "is_payer" bool DEFAULT 0 NOT NULL, "guardian_id" bigint NOT NULL REFERENCES "scheduling_guardian" ("id") DEFERRABLE INITIALLY DEFERRED, "student_id" bigint NOT NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "student_guardian_once" UNIQUE ("student_id", "guardian_id"));
CREATE TABLE "scheduling_studio" ("id" smallint unsigned NOT NULL PRIMARY KEY CHECK ("id" >= 0), "name" varchar(150) NOT NULL, "phone" varchar(40) NOT NULL, "reply_to" varchar(254) NOT NULL, "time_zone" varchar(64) NOT NULL, "language" varchar(2) NOT NULL, "unmarked_days" smallint unsigned NOT NULL CHECK ("unmarked_days" >= 0), "reminder_hours" smallint unsigned NOT NULL CHECK ("reminder_hours" >= 0), "makeup_rule" varchar(7) NOT NULL, "makeup_days" smallint unsigned NOT NULL CHECK ("makeup_days" >= 0), "is_settled" bool DEFAULT 0 NOT NULL, "cancel_notice_hours" smallint unsigned DEFAULT 24 NOT NULL CHECK ("cancel_notice_hours" >= 0), "currency" varchar(3) DEFAULT '' NOT NULL, "notify_families" varchar(6) DEFAULT 'ask' NOT NULL, "family_cancel" bool DEFAULT 0 NOT NULL, "family_makeups" bool DEFAULT 0 NOT NULL, "family_pages" bool DEFAULT 0 NOT NULL, CONSTRAINT "studio_once" CHECK ("id" = 1), CONSTRAINT "studio_language" CHECK ("language" IN ('en', 'es')), CONSTRAINT "studio_unmarked_days" CHECK (("unmarked_days" >= 0 AND "unmarked_days" <= 366)), CONSTRAINT "studio_reminder_hours" CHECK (("reminder_hours" >= 0 AND "reminder_hours" <= 168)), CONSTRAINT "studio_makeup_rule" CHECK ("makeup_rule" IN ('never', 'teacher', 'notice')), CONSTRAINT "studio_makeup_days" CHECK (("makeup_days" >= 1 AND "makeup_days" <= 366)), CONSTRAINT "studio_currency" CHECK (("currency" = '' OR (LENGTH("currency") = 3 AND "currency" = (UPPER("currency"))))), CONSTRAINT "studio_cancel_notice_hours" CHECK (("cancel_notice_hours" >= 1 AND "cancel_notice_hours" <= 168)), CONSTRAINT "studio_notify_families" CHECK ("notify_families" IN ('ask', 'always', 'never')));
INSERT INTO "scheduling_studio" VALUES(1,'','','','Europe/Madrid','en',7,24,'teacher',60,1,24,'','ask',0,0,0);
CREATE TABLE "scheduling_teacher" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "time_zone" varchar(64) NOT NULL, "is_active" bool DEFAULT 1 NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "user_id" integer NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "language" varchar(2) DEFAULT 'en' NOT NULL, "reminders" bool DEFAULT 1 NOT NULL, "revised_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "subjects" text DEFAULT '' NOT NULL, "erased_at" datetime NULL, CONSTRAINT "teacher_erased_is_inactive" CHECK (("erased_at" IS NULL OR NOT "is_active")));
INSERT INTO "scheduling_teacher" VALUES(1,'Marta Ejemplo','','Europe/Madrid',1,'2026-11-16 08:00:43.082414',NULL,'en',1,'2026-11-30 14:22:37.953','',NULL);
INSERT INTO "scheduling_teacher" VALUES(2,'Kenji Ejemplo','','Asia/Tokyo',1,'2026-11-16 08:00:43.082414',NULL,'en',1,'2026-11-30 14:22:37.953','',NULL);
CREATE TABLE "scheduling_timetableupload" ("id" char(32) NOT NULL PRIMARY KEY, "owner_name" varchar(150) NOT NULL, "file_name" varchar(255) NOT NULL, "content" BLOB NOT NULL, "created_at" datetime NOT NULL, "imported_at" datetime NULL, "report" text NOT NULL CHECK ((JSON_VALID("report") OR "report" IS NULL)), "owner_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "scheduling_timetableupload" VALUES('3d377c0a611f46f3a2b988d81ab6745c','clara','timetable.csv',X'','2026-11-16 08:00:43.082414','2026-11-16 08:00:43.082414','{"success": true, "dryRun": false, "rows": 5, "rules": 5, "mergedRows": 0, "created": {"teachers": 2, "students": 5, "fixedSchedules": 0, "recurringSlots": 5}, "startDatesSet": 0, "unchanged": 0, "faults": []}',NULL);
CREATE TABLE "scheduling_trouble" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(8) NOT NULL, "job" varchar(10) NOT NULL, "detail" text DEFAULT '' NOT NULL, "since" datetime NOT NULL, "over_at" datetime NULL, "told_begin" text NOT NULL CHECK ((JSON_VALID("told_begin") OR "told_begin" IS NULL)), "told_end" text NOT NULL CHECK ((JSON_VALID("told_end") OR "told_end" IS NULL)));
CREATE TABLE "scheduling_workinghours" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "weekday" smallint unsigned NOT NULL CHECK ("weekday" >= 0), "start_time" time NOT NULL, "end_time" time NOT NULL, "valid_from" date NULL, "valid_until" date NULL, "teacher_id" bigint NOT NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "working_hours_weekday" CHECK (("weekday" >= 1 AND "weekday" <= 7)), CONSTRAINT "working_hours_end_after_start" CHECK (("end_time" > ("start_time") OR "end_time" = '00:00:00')), CONSTRAINT "working_hours_validity" CHECK (("valid_until" IS NULL OR "valid_from" IS NULL OR "valid_until" >= ("valid_from"))));
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
CREATE UNIQUE INDEX "auth_user_groups_user_id_group_id_94350c0c_uniq" ON "auth_user_groups" ("user_id", "group_id");
CREATE INDEX "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id");
CREATE INDEX "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id");
CREATE UNIQUE INDEX "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq" ON "auth_user_user_permissions" ("user_id", "permission_id");
CREATE INDEX "auth_user_user_permissions_user_id_a95ead1b" ON "auth_user_user_permissions" ("user_id");
CREATE INDEX "auth_user_user_permissions_permission_id_1fbb5f2c" ON "auth_user_user_permissions" ("permission_id");
CREATE INDEX "django_admin_log_content_type_id_c4bce8eb" ON "django_admin_log" ("content_type_id");
CREATE INDEX "django_admin_log_user_id_c564eba6" ON "django_admin_log" ("user_id");
CREATE INDEX "auditlog_logentry_object_pk_6e3219c0" ON "auditlog_logentry" ("object_pk");
CREATE INDEX "auditlog_logentry_object_id_09c2eee8" ON "auditlog_logentry" ("object_id");
CREATE INDEX "auditlog_logentry_action_229afe39" ON "auditlog_logentry" ("action");
CREATE INDEX "auditlog_logentry_timestamp_37867bb0" ON "auditlog_logentry" ("timestamp");
CREATE INDEX "auditlog_logentry_actor_id_959271d2" ON "auditlog_logentry" ("actor_id");
CREATE INDEX "auditlog_logentry_content_type_id_75830218" ON "auditlog_logentry" ("content_type_id");
CREATE INDEX "auditlog_logentry_cid_9f467263" ON "auditlog_logentry" ("cid");
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE INDEX "axes_accessattempt_user_agent_ad89678b" ON "axes_accessattempt" ("user_agent");
CREATE INDEX "axes_accessattempt_ip_address_10922d9c" ON "axes_accessattempt" ("ip_address");
CREATE INDEX "axes_accessattempt_username_3f2d4ca0" ON "axes_accessattempt" ("username");
CREATE UNIQUE INDEX "axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq" ON "axes_accessattempt" ("username", "ip_address", "user_agent");
CREATE INDEX "axes_accessfailurelog_user_agent_ea145dda" ON "axes_accessfailurelog" ("user_agent");
CREATE INDEX "axes_accessfailurelog_ip_address_2e9f5a7f" ON "axes_accessfailurelog" ("ip_address");
CREATE INDEX "axes_accessfailurelog_username_a8b7e8a4" ON "axes_accessfailurelog" ("username");
CREATE INDEX "axes_accesslog_user_agent_0e659004" ON "axes_accesslog" ("user_agent");
CREATE INDEX "axes_accesslog_ip_address_86b417e5" ON "axes_accesslog" ("ip_address");
CREATE INDEX "axes_accesslog_username_df93064b" ON "axes_accesslog" ("username");
CREATE INDEX "django_task_queue_n_99c321_idx" ON "django_tasks_database_dbtaskresult" ("queue_name");
CREATE INDEX "django_task_backend_071754_idx" ON "django_tasks_database_dbtaskresult" ("backend_name");
CREATE INDEX "tasks_db_new_ordering_idx" ON "django_tasks_database_dbtaskresult" ("status", "priority" DESC, "run_after" ASC, "enqueued_at" ASC) WHERE "status" = 'READY';
CREATE INDEX "knox_authtoken_user_id_e5a5d899" ON "knox_authtoken" ("user_id");
CREATE INDEX "knox_authtoken_token_key_8f4f7d47" ON "knox_authtoken" ("token_key");
CREATE UNIQUE INDEX "trouble_once" ON "scheduling_trouble" ("kind", "job") WHERE "over_at" IS NULL;
CREATE INDEX "scheduling_timetableupload_owner_id_7865971b" ON "scheduling_timetableupload" ("owner_id");
CREATE INDEX "upload_imported" ON "scheduling_timetableupload" ("imported_at", "created_at");
CREATE INDEX "scheduling_closure_student_id_d7abd3fd" ON "scheduling_closure" ("student_id");
CREATE INDEX "scheduling_closure_teacher_id_b640c22a" ON "scheduling_closure" ("teacher_id");
CREATE INDEX "scheduling_closure_fixed_schedule_id_7035c8be" ON "scheduling_closure" ("fixed_schedule_id");
CREATE INDEX "scheduling_closure_recurring_slot_id_e3f68c4f" ON "scheduling_closure" ("recurring_slot_id");
CREATE INDEX "closure_last_date" ON "scheduling_closure" ("last_date");
CREATE INDEX "job_run_item_outcome" ON "scheduling_jobrunitem" ("run_id", "outcome");
CREATE UNIQUE INDEX "job_run_one_active" ON "scheduling_jobrun" ("job") WHERE ("is_full" AND "state" IN ('queued', 'running'));
CREATE INDEX "job_run_job" ON "scheduling_jobrun" ("job", "id" DESC);
CREATE INDEX "job_run_finished" ON "scheduling_jobrun" ("finished_at");
CREATE INDEX "job_run_whole" ON "scheduling_jobrun" ("job", "id" DESC) WHERE "is_full";
CREATE INDEX "job_run_unsettled" ON "scheduling_jobrun" ("state") WHERE "state" IN ('queued', 'running', 'crashed');
CREATE INDEX "message_waiting" ON "scheduling_message" ("next_try") WHERE "state" = 'waiting';
CREATE INDEX "scheduling_studentguardian_guardian_id_7108b1e3" ON "scheduling_studentguardian" ("guardian_id");
CREATE UNIQUE INDEX "student_guardian_one_payer" ON "scheduling_studentguardian" ("student_id") WHERE "is_payer";
CREATE INDEX "guardian_email" ON "scheduling_guardian" ("email");
CREATE INDEX "scheduling_fixedschedule_student_id_24184b12" ON "scheduling_fixedschedule" ("student_id");
CREATE INDEX "scheduling_fixedschedule_teacher_id_304fce34" ON "scheduling_fixedschedule" ("teacher_id");
CREATE INDEX "scheduling_fixedschedule_room_id_75f16475" ON "scheduling_fixedschedule" ("room_id");
CREATE INDEX "scheduling_recurringslot_student_id_38faec37" ON "scheduling_recurringslot" ("student_id");
CREATE INDEX "scheduling_recurringslot_teacher_id_a18264c6" ON "scheduling_recurringslot" ("teacher_id");
CREATE INDEX "scheduling_recurringslot_room_id_819bb324" ON "scheduling_recurringslot" ("room_id");
CREATE INDEX "message_expires" ON "scheduling_message" ("expires_at");
CREATE INDEX "scheduling_workinghours_teacher_id_09932165" ON "scheduling_workinghours" ("teacher_id");
CREATE INDEX "scheduling_messageitem_message_id_27f86560" ON "scheduling_messageitem" ("message_id");
CREATE UNIQUE INDEX "message_item_once" ON "scheduling_messageitem" ("student_id", "starts_at", "kind", "reader", (COALESCE("teacher_id", 0)), (COALESCE("guardian_id", 0))) WHERE NOT ("kind" = 'notice');
CREATE UNIQUE INDEX "message_item_change_once" ON "scheduling_messageitem" ("class_id", "revision", "student_id", "reader", (COALESCE("teacher_id", 0)), (COALESCE("guardian_id", 0))) WHERE "kind" = 'notice';
CREATE UNIQUE INDEX "class_once_a_week_of_fixed_schedule" ON "classes" ("fixed_schedule_id", "week") WHERE "fixed_schedule_id" IS NOT NULL;
CREATE UNIQUE INDEX "class_once_a_week_of_recurring_slot" ON "classes" ("recurring_slot_id", "week") WHERE "recurring_slot_id" IS NOT NULL;
CREATE UNIQUE INDEX "class_compound_key" ON "classes" ("student_id", "date", "start_time", "end_time") WHERE NOT ("status" = 'cancelled');
CREATE UNIQUE INDEX "class_made_up_once" ON "classes" ("make_up_for_id") WHERE "make_up_for_id" IS NOT NULL;
CREATE INDEX "class_date" ON "classes" ("date");
CREATE INDEX "class_teacher_start" ON "classes" ("teacher_id", "starts_at");
CREATE INDEX "class_student_start" ON "classes" ("student_id", "starts_at");
CREATE INDEX "class_closure" ON "classes" ("closure_id") WHERE "closure_id" IS NOT NULL;
CREATE INDEX "class_start" ON "classes" ("starts_at", "date");
CREATE INDEX "class_room_start" ON "classes" ("room_id", "starts_at") WHERE "room_id" IS NOT NULL;
CREATE INDEX "class_original_teacher" ON "classes" ("original_teacher_id") WHERE "original_teacher_id" IS NOT NULL;
CREATE INDEX "scheduling_calendarfeed_student_id_199b0c45" ON "scheduling_calendarfeed" ("student_id");
CREATE INDEX "scheduling_calendarfeed_teacher_id_a092162d" ON "scheduling_calendarfeed" ("teacher_id");
CREATE INDEX "scheduling_calendarfeed_guardian_id_89428249" ON "scheduling_calendarfeed" ("guardian_id");
CREATE INDEX "student_email" ON "scheduling_student" ("email");
CREATE INDEX "class_cancelled" ON "classes" ("date") WHERE "status" = 'cancelled';
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
CREATE TRIGGER class_teacher_insert BEFORE INSERT ON classes
WHEN NEW.status <> 'cancelled' AND NEW.teacher_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.teacher_id = NEW.teacher_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled'  AND NOT (other.is_shared AND NEW.is_shared
                 AND other.starts_at = NEW.starts_at AND other.ends_at = NEW.ends_at)
        )
    BEGIN SELECT RAISE(ABORT, 'class_teacher_not_double_booked'); END;
CREATE TRIGGER class_student_insert BEFORE INSERT ON classes
WHEN NEW.status <> 'cancelled' AND NEW.student_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.student_id = NEW.student_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled'  
        )
    BEGIN SELECT RAISE(ABORT, 'class_student_not_double_booked'); END;
CREATE TRIGGER class_instants_insert BEFORE INSERT ON classes
WHEN substr(NEW.starts_at, 1, 19) NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]' OR substr(NEW.starts_at, 20) GLOB '*[^.0-9]*' OR julianday(NEW.starts_at) IS NULL
         OR substr(NEW.ends_at, 1, 19) NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]' OR substr(NEW.ends_at, 20) GLOB '*[^.0-9]*' OR julianday(NEW.ends_at) IS NULL
         OR julianday(NEW.ends_at) - julianday(NEW.starts_at) > 1.00001
    BEGIN SELECT RAISE(ABORT, 'class_at_most_a_day'); END;
CREATE TRIGGER class_week_insert BEFORE INSERT ON classes
WHEN NEW.week IS NOT NULL AND (
            strftime('%w', NEW.week) <> '1'
            OR julianday(NEW.occurrence_date) - julianday(NEW.week) NOT BETWEEN 0 AND 6)
    BEGIN SELECT RAISE(ABORT, 'class_week_is_monday_of_occurrence'); END;
CREATE TRIGGER class_teacher_update BEFORE UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, week, occurrence_date ON classes
WHEN NEW.status <> 'cancelled' AND NEW.teacher_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.teacher_id = NEW.teacher_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled' AND other.id <> OLD.id AND NOT (other.is_shared AND NEW.is_shared
                 AND other.starts_at = NEW.starts_at AND other.ends_at = NEW.ends_at)
        )
    BEGIN SELECT RAISE(ABORT, 'class_teacher_not_double_booked'); END;
CREATE TRIGGER class_student_update BEFORE UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, week, occurrence_date ON classes
WHEN NEW.status <> 'cancelled' AND NEW.student_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.student_id = NEW.student_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled' AND other.id <> OLD.id 
        )
    BEGIN SELECT RAISE(ABORT, 'class_student_not_double_booked'); END;
CREATE TRIGGER class_instants_update BEFORE UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, week, occurrence_date ON classes
WHEN substr(NEW.starts_at, 1, 19) NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]' OR substr(NEW.starts_at, 20) GLOB '*[^.0-9]*' OR julianday(NEW.starts_at) IS NULL
         OR substr(NEW.ends_at, 1, 19) NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]' OR substr(NEW.ends_at, 20) GLOB '*[^.0-9]*' OR julianday(NEW.ends_at) IS NULL
         OR julianday(NEW.ends_at) - julianday(NEW.starts_at) > 1.00001
    BEGIN SELECT RAISE(ABORT, 'class_at_most_a_day'); END;
CREATE TRIGGER class_week_update BEFORE UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, week, occurrence_date ON classes
WHEN NEW.week IS NOT NULL AND (
            strftime('%w', NEW.week) <> '1'
            OR julianday(NEW.occurrence_date) - julianday(NEW.week) NOT BETWEEN 0 AND 6)
    BEGIN SELECT RAISE(ABORT, 'class_week_is_monday_of_occurrence'); END;
CREATE TRIGGER class_room_insert BEFORE INSERT ON classes
WHEN NEW.status <> 'cancelled' AND NEW.room_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.room_id = NEW.room_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled'  AND NOT (other.is_shared AND NEW.is_shared
                 AND other.starts_at = NEW.starts_at AND other.ends_at = NEW.ends_at
                 AND other.teacher_id IS NEW.teacher_id)
        )
    BEGIN SELECT RAISE(ABORT, 'class_room_not_double_booked'); END;
CREATE TRIGGER class_room_update BEFORE UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, week, occurrence_date, room_id ON classes
WHEN NEW.status <> 'cancelled' AND NEW.room_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.room_id = NEW.room_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled' AND other.id <> OLD.id AND NOT (other.is_shared AND NEW.is_shared
                 AND other.starts_at = NEW.starts_at AND other.ends_at = NEW.ends_at
                 AND other.teacher_id IS NEW.teacher_id)
        )
    BEGIN SELECT RAISE(ABORT, 'class_room_not_double_booked'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('django_migrations',119);
INSERT INTO "sqlite_sequence" VALUES('django_admin_log',0);
INSERT INTO "sqlite_sequence" VALUES('auditlog_logentry',25);
INSERT INTO "sqlite_sequence" VALUES('django_content_type',37);
INSERT INTO "sqlite_sequence" VALUES('auth_permission',119);
INSERT INTO "sqlite_sequence" VALUES('auth_group',4);
INSERT INTO "sqlite_sequence" VALUES('auth_user',1);
INSERT INTO "sqlite_sequence" VALUES('axes_accessattempt',0);
INSERT INTO "sqlite_sequence" VALUES('axes_accesslog',0);
INSERT INTO "sqlite_sequence" VALUES('auth_group_permissions',1004);
INSERT INTO "sqlite_sequence" VALUES('scheduling_closure',1);
INSERT INTO "sqlite_sequence" VALUES('scheduling_jobrunitem',6);
INSERT INTO "sqlite_sequence" VALUES('scheduling_jobrun',4);
INSERT INTO "sqlite_sequence" VALUES('scheduling_guardian',0);
INSERT INTO "sqlite_sequence" VALUES('scheduling_studentguardian',0);
INSERT INTO "sqlite_sequence" VALUES('scheduling_fixedschedule',1);
INSERT INTO "sqlite_sequence" VALUES('scheduling_recurringslot',5);
INSERT INTO "sqlite_sequence" VALUES('scheduling_lessonduration',0);
INSERT INTO "sqlite_sequence" VALUES('scheduling_messageitem',0);
INSERT INTO "sqlite_sequence" VALUES('classes',29);
INSERT INTO "sqlite_sequence" VALUES('scheduling_calendarfeed',0);
INSERT INTO "sqlite_sequence" VALUES('scheduling_student',5);
INSERT INTO "sqlite_sequence" VALUES('scheduling_teacher',2);
COMMIT;
