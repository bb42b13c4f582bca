-- Copyright 2026 the WaveShift authors.
-- SPDX-License-Identifier: Apache-2.0
--
-- The product's tables, for a D1 database of your own: wrangler d1 execute NAME --remote --file deploy/d1.sql. A database of the product has them.
-- Times are ms since 1970, paths are object keys. tests/deploy/descriptors_test.py holds it equal to what the tests run with.
CREATE TABLE IF NOT EXISTS users (
  id TEXT PRIMARY KEY NOT NULL, name TEXT, email TEXT NOT NULL UNIQUE, emailVerified INTEGER, image TEXT, hashedPassword TEXT,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS media_tasks (
  id TEXT PRIMARY KEY NOT NULL, user_id TEXT NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER,
  file_name TEXT NOT NULL, file_size INTEGER NOT NULL, file_type TEXT NOT NULL, file_path TEXT NOT NULL, audio_path TEXT, video_path TEXT,
  target_language TEXT DEFAULT 'chinese', translation_style TEXT DEFAULT 'normal', status TEXT NOT NULL, progress INTEGER DEFAULT 0,
  workflow_id TEXT, workflow_status TEXT, transcription_id TEXT, error_message TEXT, error_details TEXT);

CREATE TABLE IF NOT EXISTS transcriptions (
  id TEXT PRIMARY KEY NOT NULL, task_id TEXT NOT NULL REFERENCES media_tasks(id), source_language TEXT, target_language TEXT NOT NULL,
  style TEXT NOT NULL, model_name TEXT, model_provider TEXT DEFAULT 'gemini', total_segments INTEGER NOT NULL, duration_ms INTEGER,
  created_at INTEGER NOT NULL, processing_time_ms INTEGER);

CREATE TABLE IF NOT EXISTS transcription_segments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, transcription_id TEXT NOT NULL REFERENCES transcriptions(id), sequence INTEGER NOT NULL,
  start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, content_type TEXT NOT NULL, speaker TEXT, original TEXT NOT NULL, translation TEXT NOT NULL,
  audio_key TEXT, tts_audio_key TEXT, tts_status TEXT DEFAULT 'pending', tts_duration_ms INTEGER, tts_processing_time_ms INTEGER, tts_error TEXT,
  is_first INTEGER NOT NULL DEFAULT 0, is_last INTEGER NOT NULL DEFAULT 0);

CREATE INDEX IF NOT EXISTS idx_media_user_status ON media_tasks(user_id, status);
CREATE INDEX IF NOT EXISTS idx_media_created ON media_tasks(created_at);
CREATE INDEX IF NOT EXISTS idx_transcriptions_task ON transcriptions(task_id);
CREATE INDEX IF NOT EXISTS idx_segments_lookup ON transcription_segments(transcription_id, sequence);
