BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE annotation (
	id TEXT NOT NULL, 
	item TEXT NOT NULL, 
	project TEXT NOT NULL, 
	annotator TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	action TEXT NOT NULL, 
	effect TEXT NOT NULL, 
	iou DOUBLE, 
	active_ms DOUBLE NOT NULL, 
	created TEXT NOT NULL, 
	record JSON NOT NULL, 
	CONSTRAINT pk_annotation PRIMARY KEY (id), 
	CONSTRAINT fk_annotation_item_item FOREIGN KEY(item) REFERENCES item (id), 
	CONSTRAINT uq_annotation_item_annotator_version UNIQUE (item, annotator, version)
);
INSERT INTO "annotation" VALUES('a818f7d8c3444fcab552e8985b7e81ea','i0','p','ada',1,'b7fc43d97b2893f8315ea91fa67192f7ac862f21edaa5110744e8879cbbcfb3f','edit','unknown',9.49481930409108110247e-01,0.0,'2026-11-22T02:19:44.997+00:00','{"submission": {"client_id": "a818f7d8c3444fcab552e8985b7e81ea", "item": "i0", "base": 0, "action": "edit", "boxes": [{"x1": 1010.0, "y1": 500.0, "x2": 1400.0, "y2": 910.0}], "reasons": [], "other": "", "confidence": null, "answer": null, "thought": null, "what_if": {"model": "", "corrected": null, "expanded": null, "right": null, "effect": "unknown", "preferred": null, "shown": []}, "effort": {"shown_ms": 0.0, "first_input_ms": null, "submitted_ms": 0.0, "active_ms": 0.0, "drags": 0, "keys": 0, "undos": 0, "zoom_most": 1.0, "device": {"width": 0, "height": 0, "pixel_ratio": 1.0, "touch": false}}, "session": null, "consent_publish": false}, "boxes": [{"x1": 1010.0, "y1": 500.0, "x2": 1400.0, "y2": 910.0}], "annotator": "ada", "version": 1, "created": "2026-11-22T02:19:44.997+00:00", "supersedes": null, "role": "annotator", "project": "p", "trace": null, "blind": false, "queue": null, "agreement": "1", "licence": "CC-BY-4.0", "measures": {"in_coarse": [141, 70, 196, 127], "roundtrip_iou": 0.9858592769985172, "iou": 0.9494819304091081, "giou": 0.9488105135825803, "residuals": [9.75, -0.5, -0.75, 10.0], "residuals_of_side": [0.024344569288389514, -0.0012515644555694619, -0.0018726591760299626, 0.025031289111389236], "centre_shift": 6.5431261641512, "area_ratio": 0.9993765615258774, "inside_expanded": null}, "schema": 1}');
INSERT INTO "annotation" VALUES('d127603f255845efa988202433797dc2','i0','p','ada',2,'eec6364c6d806f3035edc04ac9f7c94d846d6cf0129194e04deb17be2f5cec73','reject','unknown',NULL,0.0,'2026-11-22T02:19:45.009+00:00','{"submission": {"client_id": "d127603f255845efa988202433797dc2", "item": "i0", "base": 1, "action": "reject", "boxes": [], "reasons": ["too_tight"], "other": "", "confidence": null, "answer": null, "thought": null, "what_if": {"model": "", "corrected": null, "expanded": null, "right": null, "effect": "unknown", "preferred": null, "shown": []}, "effort": {"shown_ms": 0.0, "first_input_ms": null, "submitted_ms": 0.0, "active_ms": 0.0, "drags": 0, "keys": 0, "undos": 0, "zoom_most": 1.0, "device": {"width": 0, "height": 0, "pixel_ratio": 1.0, "touch": false}}, "session": null, "consent_publish": false}, "boxes": [], "annotator": "ada", "version": 2, "created": "2026-11-22T02:19:45.009+00:00", "supersedes": "a818f7d8c3444fcab552e8985b7e81ea", "role": "annotator", "project": "p", "trace": null, "blind": false, "queue": null, "agreement": "1", "licence": "CC-BY-4.0", "measures": null, "schema": 1}');
INSERT INTO "annotation" VALUES('14b781265b4b4186a073015c7be0c9f6','traced','p','bo',1,'a20fbc6b45a3dc87edd5c87552f504a55d1ff5d3fb3dbadc501efda382f10e3f','accept','unknown',1.0,0.0,'2026-11-22T02:19:45.016+00:00','{"submission": {"client_id": "14b781265b4b4186a073015c7be0c9f6", "item": "traced", "base": 0, "action": "accept", "boxes": [], "reasons": [], "other": "", "confidence": null, "answer": null, "thought": null, "what_if": {"model": "", "corrected": null, "expanded": null, "right": null, "effect": "unknown", "preferred": null, "shown": []}, "effort": {"shown_ms": 0.0, "first_input_ms": null, "submitted_ms": 0.0, "active_ms": 0.0, "drags": 0, "keys": 0, "undos": 0, "zoom_most": 1.0, "device": {"width": 0, "height": 0, "pixel_ratio": 1.0, "touch": false}}, "session": null, "consent_publish": false}, "boxes": [{"x1": 1000.25, "y1": 500.5, "x2": 1400.75, "y2": 900.0}], "annotator": "bo", "version": 1, "created": "2026-11-22T02:19:45.016+00:00", "supersedes": null, "role": "annotator", "project": "p", "trace": "trace", "blind": false, "queue": null, "agreement": "1", "licence": "CC-BY-4.0", "measures": {"in_coarse": [140, 70, 196, 126], "roundtrip_iou": 0.9962601284937503, "iou": 1.0, "giou": 1.0, "residuals": [0.0, 0.0, 0.0, 0.0], "residuals_of_side": [0.0, 0.0, 0.0, 0.0], "centre_shift": 0.0, "area_ratio": 1.0, "inside_expanded": null}, "schema": 1}');
CREATE TABLE annotation_box (
	annotation TEXT NOT NULL, 
	place INTEGER NOT NULL, 
	x1 DOUBLE, 
	y1 DOUBLE, 
	x2 DOUBLE, 
	y2 DOUBLE, 
	CONSTRAINT pk_annotation_box PRIMARY KEY (annotation, place), 
	CONSTRAINT fk_annotation_box_annotation_annotation FOREIGN KEY(annotation) REFERENCES annotation (id)
);
INSERT INTO "annotation_box" VALUES('a818f7d8c3444fcab552e8985b7e81ea',0,1010.0,500.0,1400.0,910.0);
INSERT INTO "annotation_box" VALUES('14b781265b4b4186a073015c7be0c9f6',0,1000.25,500.5,1400.75,900.0);
CREATE TABLE annotation_reason (
	annotation TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_annotation_reason PRIMARY KEY (annotation, reason), 
	CONSTRAINT fk_annotation_reason_annotation_annotation FOREIGN KEY(annotation) REFERENCES annotation (id)
);
INSERT INTO "annotation_reason" VALUES('d127603f255845efa988202433797dc2','too_tight');
CREATE TABLE draft (
	item TEXT NOT NULL, 
	annotator TEXT NOT NULL, 
	base INTEGER NOT NULL, 
	number BIGINT NOT NULL, 
	updated TEXT NOT NULL, 
	body JSON NOT NULL, 
	CONSTRAINT pk_draft PRIMARY KEY (item, annotator), 
	CONSTRAINT fk_draft_item_item FOREIGN KEY(item) REFERENCES item (id)
);
INSERT INTO "draft" VALUES('i1','ada',0,1,'2026-11-22T02:19:45.032+00:00','{"boxes": [[1.5, 2, 3, 4]]}');
CREATE TABLE image (
	blob_sha256 TEXT NOT NULL, 
	upload_sha256 TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	suffix TEXT NOT NULL, 
	name TEXT NOT NULL, 
	mime TEXT NOT NULL, 
	exif_orientation INTEGER, 
	source TEXT NOT NULL, 
	licence TEXT NOT NULL, 
	created TEXT NOT NULL, 
	CONSTRAINT pk_image PRIMARY KEY (blob_sha256)
);
INSERT INTO "image" VALUES('d4e24d749a4fe2f161af2de913c0402b04e3ae287dafd0f9dbfa4a5c56c69285','ae70dce34cc730d75acfb3c377a882661062bdd5c1c679894550fe55ce56614b',4000,3000,'.jpg','yard.jpg','',NULL,'','CC-BY-4.0','2026-11-22T02:19:44.881+00:00');
CREATE TABLE item (
	id TEXT NOT NULL, 
	project TEXT NOT NULL, 
	blob_sha256 TEXT NOT NULL, 
	upload_sha256 TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	question TEXT NOT NULL, 
	trace TEXT, 
	x1 DOUBLE, 
	y1 DOUBLE, 
	x2 DOUBLE, 
	y2 DOUBLE, 
	coarse_width INTEGER, 
	coarse_height INTEGER, 
	uncertainty DOUBLE NOT NULL, 
	position INTEGER NOT NULL, 
	shuffled DOUBLE NOT NULL, 
	wanted INTEGER NOT NULL, 
	done INTEGER NOT NULL, 
	open BOOLEAN NOT NULL, 
	repeat_of TEXT, 
	blind BOOLEAN NOT NULL, 
	split TEXT NOT NULL, 
	extra JSON NOT NULL, image_licence TEXT DEFAULT '' NOT NULL, consent_publish BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_item PRIMARY KEY (id), 
	CONSTRAINT fk_item_blob_sha256_image FOREIGN KEY(blob_sha256) REFERENCES image (blob_sha256), 
	CONSTRAINT fk_item_project_project FOREIGN KEY(project) REFERENCES project (id), 
	CONSTRAINT fk_item_trace_trace FOREIGN KEY(trace) REFERENCES trace (id)
);
INSERT INTO "item" VALUES('i0','p','d4e24d749a4fe2f161af2de913c0402b04e3ae287dafd0f9dbfa4a5c56c69285','ae70dce34cc730d75acfb3c377a882661062bdd5c1c679894550fe55ce56614b',4000,3000,'What is written there?',NULL,1000.25,500.5,1400.75,900.0,560,420,0.0,0,6.44064405796618277832e-01,1,1,0,NULL,0,'','{}','',0);
INSERT INTO "item" VALUES('i1','p','d4e24d749a4fe2f161af2de913c0402b04e3ae287dafd0f9dbfa4a5c56c69285','ae70dce34cc730d75acfb3c377a882661062bdd5c1c679894550fe55ce56614b',4000,3000,'What is written there?',NULL,1000.25,500.5,1400.75,900.0,560,420,0.0,1,3.0019708889949359154e-01,1,0,1,NULL,0,'','{}','',0);
INSERT INTO "item" VALUES('traced','p','d4e24d749a4fe2f161af2de913c0402b04e3ae287dafd0f9dbfa4a5c56c69285','ae70dce34cc730d75acfb3c377a882661062bdd5c1c679894550fe55ce56614b',4000,3000,'What is written there?','trace',1000.25,500.5,1400.75,900.0,560,420,0.0,0,8.44870750454454588762e-01,1,1,0,NULL,0,'','{}','',0);
CREATE TABLE lease (
	item TEXT NOT NULL, 
	annotator TEXT NOT NULL, 
	expires DOUBLE NOT NULL, 
	queue TEXT NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (item, annotator), 
	CONSTRAINT fk_lease_item_item FOREIGN KEY(item) REFERENCES item (id)
);
CREATE TABLE member (
	project TEXT NOT NULL, 
	person TEXT NOT NULL, 
	role TEXT NOT NULL, 
	agreement TEXT NOT NULL, 
	created TEXT NOT NULL, 
	CONSTRAINT pk_member PRIMARY KEY (project, person), 
	CONSTRAINT fk_member_project_project FOREIGN KEY(project) REFERENCES project (id)
);
INSERT INTO "member" VALUES('p','ada','annotator','1','2026-11-22T02:19:44.980+00:00');
CREATE TABLE project (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	"plan" JSON NOT NULL, 
	created TEXT NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id)
);
INSERT INTO "project" VALUES('p','Signs','{"order": "file", "random_share": 0.0, "lease_seconds": 900.0, "label_licence": "CC-BY-4.0", "agreement": "1", "kept_days": null}','2026-11-22T02:19:44.914+00:00');
CREATE TABLE refusal (
	id TEXT NOT NULL, 
	item TEXT NOT NULL, 
	annotator TEXT NOT NULL, 
	created TEXT NOT NULL, 
	record JSON NOT NULL, 
	CONSTRAINT pk_refusal PRIMARY KEY (id), 
	CONSTRAINT fk_refusal_item_item FOREIGN KEY(item) REFERENCES item (id)
);
INSERT INTO "refusal" VALUES('96f04a94960d412ba565226d79131fb9','i0','ada','2026-11-22T02:19:45.019+00:00','{"client_id": "96f04a94960d412ba565226d79131fb9", "item": "i0", "base": 0, "action": "edit", "boxes": [{"x1": 1010.0, "y1": 500.0, "x2": 1400.0, "y2": 910.0}], "reasons": [], "other": "", "confidence": null, "answer": null, "thought": null, "what_if": {"model": "", "corrected": null, "expanded": null, "right": null, "effect": "unknown", "preferred": null, "shown": []}, "effort": {"shown_ms": 0.0, "first_input_ms": null, "submitted_ms": 0.0, "active_ms": 0.0, "drags": 0, "keys": 0, "undos": 0, "zoom_most": 1.0, "device": {"width": 0, "height": 0, "pixel_ratio": 1.0, "touch": false}}, "session": null, "consent_publish": false}');
CREATE TABLE tombstone (
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created TEXT NOT NULL, 
	CONSTRAINT pk_tombstone PRIMARY KEY (kind, name)
);
CREATE TABLE trace (
	id TEXT NOT NULL, 
	blob_sha256 TEXT NOT NULL, 
	upload_sha256 TEXT NOT NULL, 
	question TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	model TEXT NOT NULL, 
	revision TEXT NOT NULL, 
	x1 DOUBLE, 
	y1 DOUBLE, 
	x2 DOUBLE, 
	y2 DOUBLE, 
	asked_by TEXT, 
	created TEXT NOT NULL, 
	record JSON NOT NULL, 
	CONSTRAINT pk_trace PRIMARY KEY (id)
);
INSERT INTO "trace" VALUES('trace','d4e24d749a4fe2f161af2de913c0402b04e3ae287dafd0f9dbfa4a5c56c69285','ae70dce34cc730d75acfb3c377a882661062bdd5c1c679894550fe55ce56614b','What is written on the small sign?','EXIT','answered','ergo-tiny','abc',1000.25,500.5,1400.75,900.0,'ada','2026-11-21T10:00:00.000+00:00','{"source": {"width": 4000, "height": 3000}, "upload_sha256": "ae70dce34cc730d75acfb3c377a882661062bdd5c1c679894550fe55ce56614b", "blob_sha256": "d4e24d749a4fe2f161af2de913c0402b04e3ae287dafd0f9dbfa4a5c56c69285", "question": "What is written on the small sign?", "model": {"name": "ergo-tiny", "revision": "abc", "device": "cpu", "dtype": "float32"}, "sampling": {"temperature": 0.0, "top_p": 1.0, "seed": 42, "max_new_tokens": 1024}, "coarse_budget_tokens": 300, "zoom_budget_tokens": 300, "outcome": "answered", "version": "0.1.0", "zoom_least_tokens": 4, "prompts_sha256": "", "coarse": {"view": {"region": {"x1": 0.0, "y1": 0.0, "x2": 4000.0, "y2": 3000.0}, "size": {"width": 560, "height": 420}}, "generation": {"tokens": [{"text": "reads\u0000 ", "logprob": -0.1, "number": 7, "alternatives": []}], "finish": "stop", "peak_memory_bytes": null}, "thought": "a thought", "seconds": 0.25}, "zoom": null, "box": {"x1": 1000.25, "y1": 500.5, "x2": 1400.75, "y2": 900.0}, "other_boxes": [], "why": null, "flags": [], "answer": "EXIT", "error": null, "samples": [], "sampled": null, "sample_seconds": 0.0, "spread": null, "consensus": null, "region": null, "calibration": null, "heat": [], "coordinates": [], "region_look": null, "region_answer": null, "answers_differ": null, "id": "trace", "created": "2026-11-21T10:00:00.000+00:00", "schema": 1}');
CREATE INDEX ix_image_upload_sha256 ON image (upload_sha256);
CREATE INDEX ix_trace_asked_by ON trace (asked_by);
CREATE INDEX ix_trace_blob_sha256 ON trace (blob_sha256);
CREATE INDEX ix_trace_upload_sha256 ON trace (upload_sha256);
CREATE INDEX ix_item_blob_sha256 ON item (blob_sha256);
CREATE INDEX ix_item_trace ON item (trace);
CREATE INDEX ix_item_upload_sha256 ON item (upload_sha256);
CREATE INDEX ix_member_person ON member (person);
CREATE INDEX ix_annotation_project_created_id ON annotation (project, created, id);
CREATE INDEX ix_draft_annotator ON draft (annotator);
CREATE INDEX ix_lease_annotator ON lease (annotator);
CREATE INDEX ix_refusal_annotator ON refusal (annotator);
CREATE INDEX ix_refusal_item_annotator ON refusal (item, annotator);
CREATE INDEX ix_annotation_reason_reason ON annotation_reason (reason);
CREATE INDEX ix_item_project_open_position_id_shuffled ON item (project, open, position, id, shuffled);
CREATE INDEX ix_item_project_open_shuffled_id ON item (project, open, shuffled, id);
CREATE INDEX ix_item_project_open_uncertainty_id_shuffled ON item (project, open, uncertainty, id, shuffled);
CREATE INDEX ix_annotation_annotator_project_created_id_item ON annotation (annotator, project, created, id, item);
COMMIT;
