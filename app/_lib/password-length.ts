// The same bounds as the server's, so that the browser can say so before anything is sent.
export const PASSWORD_LENGTH = { least: 8, most: 256 };
