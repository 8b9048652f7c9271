// Where somebody makes up a password; the least length is said before it is sent.
import { useTranslations } from "next-intl";
import { PASSWORD_LENGTH } from "../_lib/password-length.ts";
import { Field } from "./ui/field.tsx";
import { Input } from "./ui/input.tsx";

type NewPasswordFieldProps = { label: string; name?: string; autoFocus?: boolean };

export function NewPasswordField({ label, name = "password", autoFocus }: NewPasswordFieldProps) {
  const t = useTranslations("auth");
  return (
    <Field label={label} hint={t("passwordHint", { least: PASSWORD_LENGTH.least })}>
      <Input
        name={name}
        type="password"
        autoComplete="new-password"
        required
        minLength={PASSWORD_LENGTH.least}
        maxLength={PASSWORD_LENGTH.most}
        autoFocus={autoFocus}
      />
    </Field>
  );
}
