BEGIN TRANSACTION;
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
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
INSERT INTO "auth_permission" VALUES(17,5,'add_contenttype','Can add content type');
INSERT INTO "auth_permission" VALUES(18,5,'change_contenttype','Can change content type');
INSERT INTO "auth_permission" VALUES(19,5,'delete_contenttype','Can delete content type');
INSERT INTO "auth_permission" VALUES(20,5,'view_contenttype','Can view content type');
INSERT INTO "auth_permission" VALUES(21,6,'add_session','Can add session');
INSERT INTO "auth_permission" VALUES(22,6,'change_session','Can change session');
INSERT INTO "auth_permission" VALUES(23,6,'delete_session','Can delete session');
INSERT INTO "auth_permission" VALUES(24,6,'view_session','Can view session');
INSERT INTO "auth_permission" VALUES(25,7,'add_jobrun','Can add job run');
INSERT INTO "auth_permission" VALUES(26,7,'change_jobrun','Can change job run');
INSERT INTO "auth_permission" VALUES(27,7,'delete_jobrun','Can delete job run');
INSERT INTO "auth_permission" VALUES(28,7,'view_jobrun','Can view job run');
INSERT INTO "auth_permission" VALUES(29,8,'add_student','Can add student');
INSERT INTO "auth_permission" VALUES(30,8,'change_student','Can change student');
INSERT INTO "auth_permission" VALUES(31,8,'delete_student','Can delete student');
INSERT INTO "auth_permission" VALUES(32,8,'view_student','Can view student');
INSERT INTO "auth_permission" VALUES(33,9,'add_teacher','Can add teacher');
INSERT INTO "auth_permission" VALUES(34,9,'change_teacher','Can change teacher');
INSERT INTO "auth_permission" VALUES(35,9,'delete_teacher','Can delete teacher');
INSERT INTO "auth_permission" VALUES(36,9,'view_teacher','Can view teacher');
INSERT INTO "auth_permission" VALUES(37,10,'add_recurringslot','Can add recurring slot');
INSERT INTO "auth_permission" VALUES(38,10,'change_recurringslot','Can change recurring slot');
INSERT INTO "auth_permission" VALUES(39,10,'delete_recurringslot','Can delete recurring slot');
INSERT INTO "auth_permission" VALUES(40,10,'view_recurringslot','Can view recurring slot');
INSERT INTO "auth_permission" VALUES(41,11,'add_lessonsettings','Can add lesson settings');
INSERT INTO "auth_permission" VALUES(42,11,'change_lessonsettings','Can change lesson settings');
INSERT INTO "auth_permission" VALUES(43,11,'delete_lessonsettings','Can delete lesson settings');
INSERT INTO "auth_permission" VALUES(44,11,'view_lessonsettings','Can view lesson settings');
INSERT INTO "auth_permission" VALUES(45,12,'add_jobrunitem','Can add result');
INSERT INTO "auth_permission" VALUES(46,12,'change_jobrunitem','Can change result');
INSERT INTO "auth_permission" VALUES(47,12,'delete_jobrunitem','Can delete result');
INSERT INTO "auth_permission" VALUES(48,12,'view_jobrunitem','Can view result');
INSERT INTO "auth_permission" VALUES(49,13,'add_fixedschedule','Can add fixed schedule');
INSERT INTO "auth_permission" VALUES(50,13,'change_fixedschedule','Can change fixed schedule');
INSERT INTO "auth_permission" VALUES(51,13,'delete_fixedschedule','Can delete fixed schedule');
INSERT INTO "auth_permission" VALUES(52,13,'view_fixedschedule','Can view fixed schedule');
INSERT INTO "auth_permission" VALUES(53,14,'add_closure','Can add closure');
INSERT INTO "auth_permission" VALUES(54,14,'change_closure','Can change closure');
INSERT INTO "auth_permission" VALUES(55,14,'delete_closure','Can delete closure');
INSERT INTO "auth_permission" VALUES(56,14,'view_closure','Can view closure');
INSERT INTO "auth_permission" VALUES(57,15,'add_lessonduration','Can add lesson duration');
INSERT INTO "auth_permission" VALUES(58,15,'change_lessonduration','Can change lesson duration');
INSERT INTO "auth_permission" VALUES(59,15,'delete_lessonduration','Can delete lesson duration');
INSERT INTO "auth_permission" VALUES(60,15,'view_lessonduration','Can view lesson duration');
INSERT INTO "auth_permission" VALUES(61,16,'add_scheduledclass','Can add class');
INSERT INTO "auth_permission" VALUES(62,16,'change_scheduledclass','Can change class');
INSERT INTO "auth_permission" VALUES(63,16,'delete_scheduledclass','Can delete class');
INSERT INTO "auth_permission" VALUES(64,16,'view_scheduledclass','Can view class');
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL);
INSERT INTO "auth_user" VALUES(1,'!','2026-11-25 18:00:00.017205',1,'clara','','',1,1,'2026-11-25 18:00:00','');
CREATE TABLE "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_user_user_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "classes" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "week" date NULL, "occurrence_date" date NULL, "date" date NOT NULL, "start_time" time NOT NULL, "end_time" time NOT NULL, "time_zone" varchar(64) NOT NULL, "starts_at" datetime NOT NULL, "ends_at" datetime NOT NULL, "subject" varchar(200) DEFAULT '' NOT NULL, "status" varchar(10) DEFAULT 'scheduled' NOT NULL, "cancelled_by" varchar(10) DEFAULT '' NOT NULL, "cancel_reason" varchar(300) DEFAULT '' NOT NULL, "attendance" varchar(15) DEFAULT '' NOT NULL, "is_shared" bool DEFAULT 0 NOT NULL, "notes" text DEFAULT '' NOT NULL, "edited_at" datetime NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "updated_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "closure_id" bigint NULL REFERENCES "scheduling_closure" ("id") DEFERRABLE INITIALLY DEFERRED, "created_by_run_id" bigint NULL, "fixed_schedule_id" bigint NULL REFERENCES "scheduling_fixedschedule" ("id") DEFERRABLE INITIALLY DEFERRED, "recurring_slot_id" bigint NULL REFERENCES "scheduling_recurringslot" ("id") DEFERRABLE INITIALLY DEFERRED, "student_id" bigint NOT NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "class_ends_after_start" CHECK ("ends_at" > ("starts_at")), CONSTRAINT "class_one_source" CHECK (("fixed_schedule_id" IS NULL OR "recurring_slot_id" IS NULL)), CONSTRAINT "class_identity" CHECK ((("fixed_schedule_id" IS NULL AND "occurrence_date" IS NULL AND "recurring_slot_id" IS NULL AND "week" IS NULL) OR ("occurrence_date" IS NOT NULL AND "week" IS NOT NULL AND ("fixed_schedule_id" IS NOT NULL OR "recurring_slot_id" IS NOT NULL)))), CONSTRAINT "class_status" CHECK ("status" IN ('scheduled', 'completed', 'cancelled')), CONSTRAINT "class_cancelled_by_only_when_cancelled" CHECK (("status" = 'cancelled' OR ("cancelled_by" = '' AND "closure_id" IS NULL))));
INSERT INTO "classes" VALUES(1,'2026-11-16','2026-11-16','2026-11-16','09:00:00','09:50:00','Europe/Madrid','2026-11-16 08:00:00','2026-11-16 08:50:00','Theory','scheduled','','','',0,'Bring the blue book.','2026-11-25 18:00:01.187782','2026-11-30 14:17:12.036000','2026-11-25 18:00:01.187782',NULL,1,1,NULL,1,NULL);
INSERT INTO "classes" VALUES(2,'2026-11-16','2026-11-17','2026-11-17','11:00:00','12:00:00','Europe/Madrid','2026-11-17 10:00:00','2026-11-17 11:00:00','Violín','scheduled','','','',0,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,2,2,1);
INSERT INTO "classes" VALUES(3,'2026-11-16','2026-11-18','2026-11-18','10:00:00','10:45:00','Europe/Madrid','2026-11-18 09:00:00','2026-11-18 09:45:00','Piano','completed','','','present',0,'','2026-11-25 18:00:01.050927','2026-11-30 14:17:12.067000','2026-11-25 18:00:01.050927',NULL,2,NULL,1,1,1);
INSERT INTO "classes" VALUES(4,'2026-11-16','2026-11-19','2026-11-19','17:00:00','18:00:00','Europe/Madrid','2026-11-19 16:00:00','2026-11-19 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,3,3,1);
INSERT INTO "classes" VALUES(5,'2026-11-16','2026-11-19','2026-11-19','17:00:00','18:00:00','Europe/Madrid','2026-11-19 16:00:00','2026-11-19 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,4,4,1);
INSERT INTO "classes" VALUES(6,'2026-11-23','2026-11-24','2026-11-24','11:00:00','12:00:00','Europe/Madrid','2026-11-24 10:00:00','2026-11-24 11:00:00','Violín','completed','','','unexcused',0,'','2026-11-25 18:00:01.301561','2026-11-30 14:17:12.067000','2026-11-25 18:00:01.301561',NULL,2,NULL,2,2,1);
INSERT INTO "classes" VALUES(7,'2026-11-23','2026-11-25','2026-11-25','10:00:00','10:45:00','Europe/Madrid','2026-11-25 09:00:00','2026-11-25 09:45:00','Piano','scheduled','','','',0,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,1,1,1);
INSERT INTO "classes" VALUES(8,'2026-11-23','2026-11-26','2026-11-26','17:00:00','18:00:00','Europe/Madrid','2026-11-26 16:00:00','2026-11-26 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,3,3,1);
INSERT INTO "classes" VALUES(9,'2026-11-23','2026-11-26','2026-11-26','17:00:00','18:00:00','Europe/Madrid','2026-11-26 16:00:00','2026-11-26 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,4,4,1);
INSERT INTO "classes" VALUES(10,'2026-11-30','2026-12-01','2026-12-01','11:00:00','12:00:00','Europe/Madrid','2026-12-01 10:00:00','2026-12-01 11:00:00','Violín','cancelled','student','Has a cold.','',0,'','2026-11-25 18:00:01.435222','2026-11-30 14:17:12.067000','2026-11-25 18:00:01.435222',NULL,2,NULL,2,2,1);
INSERT INTO "classes" VALUES(11,'2026-11-30','2026-12-02','2026-12-03','11:15:00','12:00:00','Europe/Madrid','2026-12-03 10:15:00','2026-12-03 11:00:00','Piano','scheduled','','','',0,'','2026-11-25 18:00:00.851250','2026-11-30 14:17:12.067000','2026-11-25 18:00:00.851250',NULL,2,NULL,1,1,1);
INSERT INTO "classes" VALUES(12,'2026-11-30','2026-12-03','2026-12-03','17:00:00','18:00:00','Europe/Madrid','2026-12-03 16:00:00','2026-12-03 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,3,3,1);
INSERT INTO "classes" VALUES(13,'2026-11-30','2026-12-03','2026-12-03','17:00:00','18:00:00','Europe/Madrid','2026-12-03 16:00:00','2026-12-03 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,4,4,1);
INSERT INTO "classes" VALUES(14,'2026-12-07','2026-12-09','2026-12-09','10:00:00','10:45:00','Europe/Madrid','2026-12-09 09:00:00','2026-12-09 09:45:00','Piano','scheduled','','','',0,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,1,1,1);
INSERT INTO "classes" VALUES(15,'2026-12-07','2026-12-10','2026-12-10','17:00:00','18:00:00','Europe/Madrid','2026-12-10 16:00:00','2026-12-10 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,3,3,1);
INSERT INTO "classes" VALUES(16,'2026-12-07','2026-12-10','2026-12-10','17:00:00','18:00:00','Europe/Madrid','2026-12-10 16:00:00','2026-12-10 17:00:00','Solo','scheduled','','','',1,'','2026-11-25 18:00:01.545988','2026-11-30 14:17:12.067000','2026-11-25 18:00:01.545988',NULL,2,NULL,4,4,1);
INSERT INTO "classes" VALUES(17,'2026-11-16','2026-11-20','2026-11-20','18:30:00','19:00:00','Asia/Tokyo','2026-11-20 09:30:00','2026-11-20 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,5,5,2);
INSERT INTO "classes" VALUES(18,'2026-11-23','2026-11-27','2026-11-27','18:30:00','19:00:00','Asia/Tokyo','2026-11-27 09:30:00','2026-11-27 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,5,5,2);
INSERT INTO "classes" VALUES(19,'2026-11-30','2026-12-04','2026-12-04','18:30:00','19:00:00','Asia/Tokyo','2026-12-04 09:30:00','2026-12-04 10:00:00','Flute','cancelled','studio','','',0,'','2026-11-25 18:00:01.892642','2026-11-30 14:17:12.067000','2026-11-25 18:00:01.892642',NULL,2,NULL,5,5,2);
INSERT INTO "classes" VALUES(20,'2026-12-07','2026-12-11','2026-12-11','18:30:00','19:00:00','Asia/Tokyo','2026-12-11 09:30:00','2026-12-11 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:17:12.067','2026-11-30 14:17:12.067',NULL,2,NULL,5,5,2);
INSERT INTO "classes" VALUES(21,NULL,NULL,'2026-11-28','12:00:00','13:00:00','Europe/Madrid','2026-11-28 11:00:00','2026-11-28 12:00:00','Duet','scheduled','','','',0,'','2026-11-25 18:00:02.052064','2026-11-30 14:17:14.133','2026-11-25 18:00:02.052064',NULL,NULL,NULL,NULL,5,1);
INSERT INTO "classes" VALUES(23,'2026-11-23','2026-11-23','2026-11-23','09:00:00','09:50:00','Europe/Madrid','2026-11-23 08:00:00','2026-11-23 08:50:00','Theory','scheduled','','','',0,'',NULL,'2026-11-30 14:17:14.370','2026-11-30 14:17:14.370',NULL,3,1,NULL,1,NULL);
INSERT INTO "classes" VALUES(24,'2026-12-14','2026-12-15','2026-12-15','11:00:00','12:00:00','Europe/Madrid','2026-12-15 10:00:00','2026-12-15 11:00:00','Violín','scheduled','','','',0,'',NULL,'2026-11-30 14:17:14.401','2026-11-30 14:17:14.401',NULL,4,NULL,2,2,1);
INSERT INTO "classes" VALUES(25,'2026-12-14','2026-12-16','2026-12-16','10:00:00','10:45:00','Europe/Madrid','2026-12-16 09:00:00','2026-12-16 09:45:00','Piano','scheduled','','','',0,'',NULL,'2026-11-30 14:17:14.401','2026-11-30 14:17:14.401',NULL,4,NULL,1,1,1);
INSERT INTO "classes" VALUES(26,'2026-12-14','2026-12-17','2026-12-17','17:00:00','18:00:00','Europe/Madrid','2026-12-17 16:00:00','2026-12-17 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:14.401','2026-11-30 14:17:14.401',NULL,4,NULL,3,3,1);
INSERT INTO "classes" VALUES(27,'2026-12-14','2026-12-17','2026-12-17','17:00:00','18:00:00','Europe/Madrid','2026-12-17 16:00:00','2026-12-17 17:00:00','Choir','scheduled','','','',1,'',NULL,'2026-11-30 14:17:14.401','2026-11-30 14:17:14.401',NULL,4,NULL,4,4,1);
INSERT INTO "classes" VALUES(28,'2026-12-21','2026-12-22','2026-12-22','11:00:00','12:00:00','Europe/Madrid','2026-12-22 10:00:00','2026-12-22 11:00:00','Violín','scheduled','','','',0,'',NULL,'2026-11-30 14:17:14.401','2026-11-30 14:17:14.401',NULL,4,NULL,2,2,1);
INSERT INTO "classes" VALUES(29,'2026-12-14','2026-12-18','2026-12-18','18:30:00','19:00:00','Asia/Tokyo','2026-12-18 09:30:00','2026-12-18 10:00:00','Flute','scheduled','','','',0,'',NULL,'2026-11-30 14:17:14.401','2026-11-30 14:17:14.401',NULL,4,NULL,5,5,2);
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "object_id" text NULL, "object_repr" varchar(200) NOT NULL, "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0), "change_message" text NOT NULL, "content_type_id" integer NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "action_time" datetime NOT NULL);
INSERT INTO "django_admin_log" VALUES(1,'11','Ana Prueba · 2026-12-03 11:15–12:00 (Europe/Madrid)',2,'[{"changed": {"fields": ["Date", "Start time", "End time"]}}]',16,1,'2026-11-25 18:00:00.853785');
INSERT INTO "django_admin_log" VALUES(2,'3','Ana Prueba · 2026-11-18 10:00–10:45 (Europe/Madrid)',2,'[{"changed": {"fields": ["Status", "Attendance"]}}]',16,1,'2026-11-25 18:00:01.053793');
INSERT INTO "django_admin_log" VALUES(3,'1','Ana Prueba · 2026-11-16 09:00–09:50 (Europe/Madrid)',2,'[{"changed": {"fields": ["Notes"]}}]',16,1,'2026-11-25 18:00:01.198414');
INSERT INTO "django_admin_log" VALUES(4,'6','Blas Prueba · 2026-11-24 11:00–12:00 (Europe/Madrid)',2,'[{"changed": {"fields": ["Status", "Attendance"]}}]',16,1,'2026-11-25 18:00:01.314001');
INSERT INTO "django_admin_log" VALUES(5,'10','Blas Prueba · 2026-12-01 11:00–12:00 (Europe/Madrid)',2,'[{"changed": {"fields": ["Status", "Cancelled by", "Reason of cancellation"]}}]',16,1,'2026-11-25 18:00:01.435903');
INSERT INTO "django_admin_log" VALUES(6,'16','Dora Prueba · 2026-12-10 17:00–18:00 (Europe/Madrid)',2,'[{"changed": {"fields": ["Subject"]}}]',16,1,'2026-11-25 18:00:01.552765');
INSERT INTO "django_admin_log" VALUES(7,'19','Elia Prueba · 2026-12-04 18:30–19:00 (Asia/Tokyo)',2,'[{"changed": {"fields": ["Status", "Cancelled by"]}}]',16,1,'2026-11-25 18:00:01.893597');
INSERT INTO "django_admin_log" VALUES(8,'21','Elia Prueba · 2026-11-28 12:00–13:00 (Europe/Madrid)',1,'[{"added": {}}]',16,1,'2026-11-25 18:00:02.062787');
INSERT INTO "django_admin_log" VALUES(9,'22','Elia Prueba · 2026-11-29 12:00–13:00 (Europe/Madrid)',1,'[{"added": {}}]',16,1,'2026-11-25 18:00:02.229186');
INSERT INTO "django_admin_log" VALUES(10,'22','Elia Prueba · 2026-11-29 12:00–13:00 (Europe/Madrid)',3,'',16,1,'2026-11-25 18:00:02.254996');
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
INSERT INTO "django_content_type" VALUES(1,'admin','logentry');
INSERT INTO "django_content_type" VALUES(2,'auth','permission');
INSERT INTO "django_content_type" VALUES(3,'auth','group');
INSERT INTO "django_content_type" VALUES(4,'auth','user');
INSERT INTO "django_content_type" VALUES(5,'contenttypes','contenttype');
INSERT INTO "django_content_type" VALUES(6,'sessions','session');
INSERT INTO "django_content_type" VALUES(7,'scheduling','jobrun');
INSERT INTO "django_content_type" VALUES(8,'scheduling','student');
INSERT INTO "django_content_type" VALUES(9,'scheduling','teacher');
INSERT INTO "django_content_type" VALUES(10,'scheduling','recurringslot');
INSERT INTO "django_content_type" VALUES(11,'scheduling','lessonsettings');
INSERT INTO "django_content_type" VALUES(12,'scheduling','jobrunitem');
INSERT INTO "django_content_type" VALUES(13,'scheduling','fixedschedule');
INSERT INTO "django_content_type" VALUES(14,'scheduling','closure');
INSERT INTO "django_content_type" VALUES(15,'scheduling','lessonduration');
INSERT INTO "django_content_type" VALUES(16,'scheduling','scheduledclass');
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
INSERT INTO "django_migrations" VALUES(1,'contenttypes','0001_initial','2026-11-16 08:00:00');
INSERT INTO "django_migrations" VALUES(2,'auth','0001_initial','2026-11-16 08:00:00.019307');
INSERT INTO "django_migrations" VALUES(3,'admin','0001_initial','2026-11-16 08:00:00.031778');
INSERT INTO "django_migrations" VALUES(4,'admin','0002_logentry_remove_auto_add','2026-11-16 08:00:00.051945');
INSERT INTO "django_migrations" VALUES(5,'admin','0003_logentry_add_action_flag_choices','2026-11-16 08:00:00.065115');
INSERT INTO "django_migrations" VALUES(6,'contenttypes','0002_remove_content_type_name','2026-11-16 08:00:00.099133');
INSERT INTO "django_migrations" VALUES(7,'auth','0002_alter_permission_name_max_length','2026-11-16 08:00:00.112747');
INSERT INTO "django_migrations" VALUES(8,'auth','0003_alter_user_email_max_length','2026-11-16 08:00:00.134557');
INSERT INTO "django_migrations" VALUES(9,'auth','0004_alter_user_username_opts','2026-11-16 08:00:00.142576');
INSERT INTO "django_migrations" VALUES(10,'auth','0005_alter_user_last_login_null','2026-11-16 08:00:00.155822');
INSERT INTO "django_migrations" VALUES(11,'auth','0006_require_contenttypes_0002','2026-11-16 08:00:00.156333');
INSERT INTO "django_migrations" VALUES(12,'auth','0007_alter_validators_add_error_messages','2026-11-16 08:00:00.167895');
INSERT INTO "django_migrations" VALUES(13,'auth','0008_alter_user_username_max_length','2026-11-16 08:00:00.195053');
INSERT INTO "django_migrations" VALUES(14,'auth','0009_alter_user_last_name_max_length','2026-11-16 08:00:00.212479');
INSERT INTO "django_migrations" VALUES(15,'auth','0010_alter_group_name_max_length','2026-11-16 08:00:00.233860');
INSERT INTO "django_migrations" VALUES(16,'auth','0011_update_proxy_permissions','2026-11-16 08:00:00.237097');
INSERT INTO "django_migrations" VALUES(17,'auth','0012_alter_user_first_name_max_length','2026-11-16 08:00:00.253799');
INSERT INTO "django_migrations" VALUES(18,'scheduling','0001_initial','2026-11-16 08:00:01.089955');
INSERT INTO "django_migrations" VALUES(19,'scheduling','0002_no_double_booking','2026-11-16 08:00:01.113061');
INSERT INTO "django_migrations" VALUES(20,'sessions','0001_initial','2026-11-16 08:00:01.123087');
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE "scheduling_closure" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL, "first_date" date NOT NULL, "last_date" date NOT NULL, "student_id" bigint NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "closure_dates" CHECK ("last_date" >= ("first_date")), CONSTRAINT "closure_scope" CHECK (("teacher_id" IS NULL OR "student_id" IS NULL)));
INSERT INTO "scheduling_closure" VALUES(1,'Holidays','2026-12-07','2026-12-08',NULL,NULL);
CREATE TABLE "scheduling_fixedschedule" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "weekday" smallint unsigned NOT NULL CHECK ("weekday" >= 0), "start_time" time NOT NULL, "interval_weeks" smallint unsigned DEFAULT 1 NOT NULL CHECK ("interval_weeks" >= 0), "subject" varchar(200) DEFAULT '' NOT NULL, "is_shared" bool DEFAULT 0 NOT NULL, "valid_until" date NULL, "import_key" varchar(64) NULL UNIQUE, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "end_time" time NOT NULL, "valid_from" date NULL, "student_id" bigint NOT NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "fixed_schedule_weekday" CHECK (("weekday" >= 1 AND "weekday" <= 7)), CONSTRAINT "fixed_schedule_ends_after_start" CHECK ("end_time" > ("start_time")), CONSTRAINT "fixed_schedule_interval" CHECK (("interval_weeks" >= 1 AND "interval_weeks" <= 4)), CONSTRAINT "fixed_schedule_validity" CHECK (("valid_until" IS NULL OR "valid_from" IS NULL OR "valid_until" >= ("valid_from"))));
INSERT INTO "scheduling_fixedschedule" VALUES(1,1,'09:00:00',1,'Theory',0,NULL,NULL,'2026-11-30 14:17:11.987','09:50:00',NULL,1,NULL);
CREATE TABLE "scheduling_jobrun" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "job" varchar(10) NOT NULL, "trigger" varchar(10) NOT NULL, "triggered_by" varchar(150) DEFAULT '' NOT NULL, "state" varchar(10) NOT NULL, "is_full" bool DEFAULT 1 NOT NULL, "is_dated" bool DEFAULT 0 NOT NULL, "window_start" date NULL, "window_end" date NULL, "catch_up_from" date NULL, "options" text NOT NULL CHECK ((JSON_VALID("options") OR "options" IS NULL)), "counts" text NOT NULL CHECK ((JSON_VALID("counts") OR "counts" IS NULL)), "classes_created" integer unsigned DEFAULT 0 NOT NULL CHECK ("classes_created" >= 0), "students_processed" integer unsigned DEFAULT 0 NOT NULL CHECK ("students_processed" >= 0), "teachers_processed" integer unsigned DEFAULT 0 NOT NULL CHECK ("teachers_processed" >= 0), "progress_done" integer unsigned DEFAULT 0 NOT NULL CHECK ("progress_done" >= 0), "progress_total" integer unsigned DEFAULT 0 NOT NULL CHECK ("progress_total" >= 0), "queries" integer unsigned DEFAULT 0 NOT NULL CHECK ("queries" >= 0), "heartbeat" datetime NULL, "token" char(32) NULL, "host" varchar(255) DEFAULT '' NOT NULL, "process" varchar(64) DEFAULT '' NOT NULL, "health_issues" text NOT NULL CHECK ((JSON_VALID("health_issues") OR "health_issues" IS NULL)), "error" text DEFAULT '' NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "started_at" datetime NULL, "finished_at" datetime NULL, CONSTRAINT "job_run_state" CHECK ("state" IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled', 'crashed')), CONSTRAINT "job_run_window" CHECK (("window_end" IS NULL OR "window_end" > ("window_start"))));
INSERT INTO "scheduling_jobrun" VALUES(1,'weekly','command','clara','succeeded',1,0,'2026-11-16','2026-11-23',NULL,'{}','{"created": 1}',1,1,0,1,1,16,'2026-11-30 14:17:12.047','f308faf817fa4476bba0e36f46a03dbc','example-host','19769@6405936','[]','','2026-11-30 14:17:12.009','2026-11-30 14:17:12.009','2026-11-30 14:17:12.047');
INSERT INTO "scheduling_jobrun" VALUES(2,'horizon','command','clara','succeeded',1,0,'2026-11-16','2026-12-14',NULL,'{"weeks": 4}','{"closed": 1, "created": 19}',19,5,2,5,5,14,'2026-11-30 14:17:12.078','f22fcd5c62564045b5b85a78e77d1ce0','example-host','19769@6405936','[]','','2026-11-30 14:17:12.049','2026-11-30 14:17:12.049','2026-11-30 14:17:12.078');
INSERT INTO "scheduling_jobrun" VALUES(3,'weekly','command','clara','succeeded',1,0,'2026-11-23','2026-11-30',NULL,'{}','{"created": 1}',1,1,0,1,1,16,'2026-11-30 14:17:14.378','3e5c5933da2c4037a5c2a4a7d90cbf0f','example-host','19769@6405936','[]','','2026-11-30 14:17:14.348','2026-11-30 14:17:14.348','2026-11-30 14:17:14.378');
INSERT INTO "scheduling_jobrun" VALUES(4,'horizon','command','clara','succeeded',1,0,'2026-11-25','2026-12-23',NULL,'{"weeks": 4}','{"closed": 1, "created": 6, "exists": 9, "protected": 4}',6,5,2,5,5,17,'2026-11-30 14:17:14.418','a8d17a0d60e546dd9242da8f558eb578','example-host','19769@6405936','[]','','2026-11-30 14:17:14.380','2026-11-30 14:17:14.380','2026-11-30 14:17:14.418');
CREATE TABLE "scheduling_jobrunitem" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "outcome" varchar(12) NOT NULL, "student_name" varchar(201) DEFAULT '' NOT NULL, "teacher_name" varchar(150) DEFAULT '' NOT NULL, "series_kind" varchar(15) DEFAULT '' NOT NULL, "series_id" bigint NULL, "class_id" bigint NULL, "date" date NULL, "start_time" time NULL, "end_time" time NULL, "occurrences" integer unsigned DEFAULT 1 NOT NULL CHECK ("occurrences" >= 0), "code" varchar(40) NOT NULL, "params" text NOT NULL CHECK ((JSON_VALID("params") OR "params" IS NULL)), "run_id" bigint NOT NULL REFERENCES "scheduling_jobrun" ("id") DEFERRABLE INITIALLY DEFERRED, "student_id" bigint NULL, "teacher_id" bigint NULL);
INSERT INTO "scheduling_jobrunitem" VALUES(1,'closed','','','',NULL,NULL,'2026-12-08',NULL,NULL,1,'closed','{"closure": "Holidays"}',2,NULL,NULL);
INSERT INTO "scheduling_jobrunitem" VALUES(2,'protected','Ana Prueba','Marta Ejemplo','recurring_slot',1,11,'2026-12-03','11:15:00','12:00:00',1,'moved_by_hand','{}',4,1,1);
INSERT INTO "scheduling_jobrunitem" VALUES(3,'protected','Blas Prueba','Marta Ejemplo','recurring_slot',2,10,'2026-12-01','11:00:00','12:00:00',1,'cancelled_by_hand','{}',4,2,1);
INSERT INTO "scheduling_jobrunitem" VALUES(4,'protected','Dora Prueba','Marta Ejemplo','recurring_slot',4,16,'2026-12-10','17:00:00','18:00:00',1,'edited_by_hand','{}',4,4,1);
INSERT INTO "scheduling_jobrunitem" VALUES(5,'protected','Elia Prueba','Kenji Ejemplo','recurring_slot',5,19,'2026-12-04','18:30:00','19:00:00',1,'cancelled_by_hand','{}',4,5,2);
INSERT INTO "scheduling_jobrunitem" VALUES(6,'closed','','','',NULL,NULL,'2026-12-08',NULL,NULL,1,'closed','{"closure": "Holidays"}',4,NULL,NULL);
CREATE TABLE "scheduling_lessonduration" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "minutes" smallint unsigned NOT NULL CHECK ("minutes" >= 0), "price" decimal NOT NULL, "settings_id" bigint NOT NULL REFERENCES "scheduling_lessonsettings" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "lesson_duration_once" UNIQUE ("settings_id", "minutes"), CONSTRAINT "lesson_duration_minutes" CHECK (("minutes" >= 1 AND "minutes" <= 1440)), CONSTRAINT "lesson_duration_price" CHECK ("price" >= '0'));
CREATE TABLE "scheduling_lessonsettings" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "advance_booking_days" smallint unsigned DEFAULT 28 NOT NULL CHECK ("advance_booking_days" >= 0), "teacher_id" bigint NOT NULL UNIQUE REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "scheduling_recurringslot" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "weekday" smallint unsigned NOT NULL CHECK ("weekday" >= 0), "start_time" time NOT NULL, "interval_weeks" smallint unsigned DEFAULT 1 NOT NULL CHECK ("interval_weeks" >= 0), "subject" varchar(200) DEFAULT '' NOT NULL, "is_shared" bool DEFAULT 0 NOT NULL, "valid_until" date NULL, "import_key" varchar(64) NULL UNIQUE, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "duration_minutes" smallint unsigned NOT NULL CHECK ("duration_minutes" >= 0), "status" varchar(10) DEFAULT 'active' NOT NULL, "valid_from" date NOT NULL, "booked_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "student_id" bigint NOT NULL REFERENCES "scheduling_student" ("id") DEFERRABLE INITIALLY DEFERRED, "teacher_id" bigint NOT NULL REFERENCES "scheduling_teacher" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "recurring_slot_weekday" CHECK (("weekday" >= 1 AND "weekday" <= 7)), CONSTRAINT "recurring_slot_duration" CHECK (("duration_minutes" >= 1 AND "duration_minutes" <= 1440)), CONSTRAINT "recurring_slot_interval" CHECK (("interval_weeks" >= 1 AND "interval_weeks" <= 4)), CONSTRAINT "recurring_slot_validity" CHECK (("valid_until" IS NULL OR "valid_until" >= ("valid_from"))), CONSTRAINT "recurring_slot_status" CHECK ("status" IN ('active', 'paused', 'cancelled')));
INSERT INTO "scheduling_recurringslot" VALUES(1,3,'10:00:00',1,'Piano',0,NULL,'45821c2f095c118c21e2b5a84dd250feef07348bb793b038b81a4a719078507b','2026-11-16 08:00:01.286124',45,'active','2026-11-02','2026-11-16 08:00:01.286124',1,1);
INSERT INTO "scheduling_recurringslot" VALUES(2,2,'11:00:00',1,'Violín',0,NULL,'34bab2e81715f7e32d267510e4254d2c39d644a522d1372c933125751d47f70b','2026-11-16 08:00:01.286125',60,'active','2026-11-02','2026-11-16 08:00:01.286125',2,1);
INSERT INTO "scheduling_recurringslot" VALUES(3,4,'17:00:00',1,'Choir',1,NULL,'d459d6596117120f28a44548c611c0aec15c6023088a88d6a4d9437c1c5234c5','2026-11-16 08:00:01.286126',60,'active','2026-11-02','2026-11-16 08:00:01.286126',3,1);
INSERT INTO "scheduling_recurringslot" VALUES(4,4,'17:00:00',1,'Choir',1,NULL,'9e52a00d0404b0b7d87a6e9ede2e331e2989f15eb2e38afd3734d0fdaef9718b','2026-11-16 08:00:01.286127',60,'active','2026-11-02','2026-11-16 08:00:01.286127',4,1);
INSERT INTO "scheduling_recurringslot" VALUES(5,5,'18:30:00',1,'Flute',0,NULL,'7486c6465a529d53628478e45efb7f9a7fd7d8f8d6a4bdb9e8ad1b4469a989be','2026-11-16 08:00:01.286128',30,'active','2026-11-02','2026-11-16 08:00:01.286128',5,2);
CREATE TABLE "scheduling_student" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "first_name" varchar(100) NOT NULL, "last_name" varchar(100) NOT NULL, "email" varchar(254) NOT NULL, "start_date" date NULL, "end_date" date NULL, "is_active" bool DEFAULT 1 NOT NULL, "language" varchar(2) NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, CONSTRAINT "student_ends_after_start" CHECK (("end_date" IS NULL OR "start_date" IS NULL OR "end_date" >= ("start_date"))));
INSERT INTO "scheduling_student" VALUES(1,'Ana','Prueba','ana@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:01.286124');
INSERT INTO "scheduling_student" VALUES(2,'Blas','Prueba','blas@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:01.286124');
INSERT INTO "scheduling_student" VALUES(3,'Carla','Prueba','carla@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:01.286124');
INSERT INTO "scheduling_student" VALUES(4,'Dora','Prueba','dora@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:01.286124');
INSERT INTO "scheduling_student" VALUES(5,'Elia','Prueba','elia@example.org','2026-11-02',NULL,1,'en','2026-11-16 08:00:01.286124');
CREATE TABLE "scheduling_teacher" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "time_zone" varchar(64) NOT NULL, "is_active" bool DEFAULT 1 NOT NULL, "created_at" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "user_id" integer NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "scheduling_teacher" VALUES(1,'Marta Ejemplo','','Europe/Madrid',1,'2026-11-16 08:00:01.286124',NULL);
INSERT INTO "scheduling_teacher" VALUES(2,'Kenji Ejemplo','','Asia/Tokyo',1,'2026-11-16 08:00:01.286124',NULL);
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
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE UNIQUE INDEX "job_run_one_active" ON "scheduling_jobrun" ("job") WHERE ("is_full" AND "state" IN ('queued', 'running'));
CREATE INDEX "job_run_job" ON "scheduling_jobrun" ("job", "id" DESC);
CREATE INDEX "job_run_finished" ON "scheduling_jobrun" ("finished_at");
CREATE INDEX "student_email" ON "scheduling_student" ("email");
CREATE INDEX "scheduling_jobrunitem_run_id_5a1ea57b" ON "scheduling_jobrunitem" ("run_id");
CREATE INDEX "scheduling_lessonduration_settings_id_a2511c80" ON "scheduling_lessonduration" ("settings_id");
CREATE UNIQUE INDEX "class_once_a_week_of_fixed_schedule" ON "classes" ("fixed_schedule_id", "week") WHERE "fixed_schedule_id" IS NOT NULL;
CREATE UNIQUE INDEX "class_once_a_week_of_recurring_slot" ON "classes" ("recurring_slot_id", "week") WHERE "recurring_slot_id" IS NOT NULL;
CREATE UNIQUE INDEX "class_compound_key" ON "classes" ("student_id", "date", "start_time", "end_time") WHERE NOT ("status" = 'cancelled');
CREATE INDEX "class_date" ON "classes" ("date");
CREATE INDEX "class_teacher_start" ON "classes" ("teacher_id", "starts_at");
CREATE INDEX "class_student_start" ON "classes" ("student_id", "starts_at");
CREATE INDEX "class_closure" ON "classes" ("closure_id") WHERE "closure_id" IS NOT NULL;
CREATE INDEX "scheduling_recurringslot_student_id_38faec37" ON "scheduling_recurringslot" ("student_id");
CREATE INDEX "scheduling_recurringslot_teacher_id_a18264c6" ON "scheduling_recurringslot" ("teacher_id");
CREATE INDEX "job_run_item_outcome" ON "scheduling_jobrunitem" ("run_id", "outcome");
CREATE INDEX "scheduling_fixedschedule_student_id_24184b12" ON "scheduling_fixedschedule" ("student_id");
CREATE INDEX "scheduling_fixedschedule_teacher_id_304fce34" ON "scheduling_fixedschedule" ("teacher_id");
CREATE INDEX "scheduling_closure_student_id_d7abd3fd" ON "scheduling_closure" ("student_id");
CREATE INDEX "scheduling_closure_teacher_id_b640c22a" ON "scheduling_closure" ("teacher_id");
CREATE INDEX "closure_last_date" ON "scheduling_closure" ("last_date");
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
WHEN NEW.starts_at NOT GLOB '????-??-?? ??:??:??*'
         OR NEW.ends_at NOT GLOB '????-??-?? ??:??:??*'
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
WHEN NEW.starts_at NOT GLOB '????-??-?? ??:??:??*'
         OR NEW.ends_at NOT GLOB '????-??-?? ??:??:??*'
         OR julianday(NEW.ends_at) - julianday(NEW.starts_at) > 1.00001
    BEGIN SELECT RAISE(ABORT, 'class_at_most_a_day'); END;
CREATE TRIGGER class_week_update BEFORE UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, week, occurrence_date ON classes
WHEN NEW.week IS NOT NULL AND (
            strftime('%w', NEW.week) <> '1'
            OR julianday(NEW.occurrence_date) - julianday(NEW.week) NOT BETWEEN 0 AND 6)
    BEGIN SELECT RAISE(ABORT, 'class_week_is_monday_of_occurrence'); END;
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('django_migrations',20);
INSERT INTO "sqlite_sequence" VALUES('django_admin_log',10);
INSERT INTO "sqlite_sequence" VALUES('django_content_type',16);
INSERT INTO "sqlite_sequence" VALUES('auth_permission',64);
INSERT INTO "sqlite_sequence" VALUES('auth_group',0);
INSERT INTO "sqlite_sequence" VALUES('auth_user',1);
INSERT INTO "sqlite_sequence" VALUES('scheduling_recurringslot',5);
INSERT INTO "sqlite_sequence" VALUES('scheduling_fixedschedule',1);
INSERT INTO "sqlite_sequence" VALUES('scheduling_closure',1);
INSERT INTO "sqlite_sequence" VALUES('scheduling_teacher',2);
INSERT INTO "sqlite_sequence" VALUES('scheduling_student',5);
INSERT INTO "sqlite_sequence" VALUES('scheduling_jobrun',4);
INSERT INTO "sqlite_sequence" VALUES('classes',29);
INSERT INTO "sqlite_sequence" VALUES('scheduling_jobrunitem',6);
COMMIT;
