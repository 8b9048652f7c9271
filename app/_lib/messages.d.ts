// Makes message keys and locales part of the types: a missing or misspelt key is a type error.

import type admin from "../../messages/en/admin.json";
import type annotate from "../../messages/en/annotate.json";
import type annotation from "../../messages/en/annotation.json";
import type auth from "../../messages/en/auth.json";
import type chat from "../../messages/en/chat.json";
import type common from "../../messages/en/common.json";
import type data from "../../messages/en/data.json";
import type errors from "../../messages/en/errors.json";
import type gate from "../../messages/en/gate.json";
import type operations from "../../messages/en/operations.json";
import type registry from "../../messages/en/registry.json";
import type schedule from "../../messages/en/schedule.json";
import type settings from "../../messages/en/settings.json";
import type traffic from "../../messages/en/traffic.json";
import type training from "../../messages/en/training.json";
import type { Locale } from "../../server/locale.ts";

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: {
      admin: typeof admin;
      annotate: typeof annotate;
      annotation: typeof annotation;
      auth: typeof auth;
      chat: typeof chat;
      common: typeof common;
      data: typeof data;
      schedule: typeof schedule;
      gate: typeof gate;
      traffic: typeof traffic;
      registry: typeof registry;
      operations: typeof operations;
      errors: typeof errors;
      settings: typeof settings;
      training: typeof training;
    };
  }
}
