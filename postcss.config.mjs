// Tailwind 4 as the one PostCSS step of the pages' style sheet.
export default { plugins: { "@tailwindcss/postcss": {} } };
