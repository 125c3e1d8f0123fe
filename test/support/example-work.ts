/** The registration of the origimark contract's own example, but for the hash of the work. */
export const EXAMPLE_WORK = {
  title: 'My Novel',
  author_first_name: 'Jane',
  author_last_name: 'Doe',
  author_country: 'si',
  work_type: 'text',
  source_language: 'en',
  creation_date: '2026-04-15',
  privacy_level: 'public',
  ownership_type: 'sole',
} as const;
