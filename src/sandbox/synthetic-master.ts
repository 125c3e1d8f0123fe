import { decodeItems } from '../proof/fingerprint/items.ts';
import type { Prints } from '../proof/fingerprint/match.ts';

/**
 * What there is to know of the recording that `createSyntheticWav` makes: bound to the certificate that everybody may
 * test against. A test makes all of it anew and compares.
 */
export const SYNTHETIC_MASTER = {
  title: 'Synthetic',
  sha256Hex: 'fdac3bdeeb306997b3afd6f4b345a7f26ad0477576482a1f4308d3e1942142cd',
  durationMs: 48000,
  /** As `touchmark fingerprint` prints them. */
  fingerprint: [
    'uIKEGKiCxBvooQQaKaAEGhugBBob4AQaG+AFGRmwBjgMl0Z4DI7GeNyKxni8qoT4vKqE+JyqxPmMvkb+jcZG9o9CTfauAszyrjOc',
    '8q4guPKuALjyrgD50r4AadKeACrRzgAqQEYQKkAPI2pADyb4AC8m+AAvbvgAP/64AA2vugAIrbpHCIi6TgiI7Uo4i2xKOJ4tWhi2',
    'J1oYsiVaGJIkWniSdFpo0lRaa+JEemohRHpqJER66jxFeqoURXq6EEZZigBGWIoBRliOEsZInjLECK4ixAiuI8QIbnCECCq8hAwr',
    'vI1cCLieXAiovlYIiW72CIou9liKLf7Ynjz++LI86miSPGopwjxqKlIoaioTKGoqEGlqKjBpaiog+WoaIHlqCiBbKgogSipKLEor',
    'SxhKOMgKSjjYDs842DaNONgyjThIEoU4SEaEOGnOhBtp64QaaahEGnm4BBrZvAQaidUFG4nSRhmLwoYbusaGH6pVhR6qJIQeriTE',
    'Hq4wBBauEAcFjhAGBM4RFgAOA/4ALgKoAC8SqAAvEqgAPh6oAD56uAB+6rgAzqqZAM6qmgHPmfoCjYjqQpyM6UK4kO1C+LBtwnix',
    'LMIogizCKYIvwiviP4IqYnyDKn78gypZuIIqXLiCKhS4gjsQu4IJMLqCCBH6gEgCeoDIAjqEjBJujJ0SbozpNe2I6zzsyHs86MhL',
    'OGnICbgqSwm5LkoIvi5KCKYvCwimNAoYojQKaJEUGmmQBRpr4AYae2AGGlswBhp7EAYbahZGCG4yhgh+BoZIXgaESH5uhEhu7cTI',
    'briEyW64h4rOtIaKz5CGisWDho6kwoaOrEKch6xC/ICsUmyA7FZsgOx7bIDoeSyASfgvgAv4LoELuS6CC7suggu2L4IKsu2GCvOs',
    'jmrRrI5q0KyO6nCojuow6Y6OMGuNjhAriJ88KojfOSrIzzo6yM1qeshM6tlIDOrYSAyu3EscllxKHIJ+ynyCPtrsgh7a7IIE+qyi',
    'BLqsokSqvKLEqq2yxauvkker7tIFq24CBasuBge7Lj8fuy4IHbo+CHy6Ggj5mgokmZoKIJuOyiCLjoogi46OIImEveyNwLyIj8C8',
    'iE/AvIgdwJyIHUKEkD5CzKA+QgygPhIMoD4SKLA8Eij0PDIo+DwyKNk+MtjbPjOIy34xiMv9MYjn/DWIo5w1mLGfNTixvjcosf42',
    'KLEtNiijLDY44iw3CGIuNxoybj06Bv45Kgn9OSoIfDkqCHw5Sgh/OcoIfjjKJf04yiKcONginTj4Mp846PKOOKi2jziorox4qKbM',
    'aLymTGi8ogzovLIM66iSBOuosg3p6PIN6G0yD+guMg7sKgVP7CoMXewaDP3kCgzv5MoMruaKDK7ii8iu4omYruKZuOziqK3s4qim',
    'bOK4onzh2LI84FiyPeAr4i/gaiIu4G4mLuDuCSvwpghp8LYM6/OWFOvyxiC68kZgqnMHhKpTBIyrUySprFIkqqxSDJ9vUg3RLhIP',
    'QC5SPgA+Qi4APkYuMH5E/iDeRI49nkyOHp9MnhqdTI8en0zPTr9Ez4asRA+GrEYth6xOKbSsTim0rEo5tG1KObQtSim0LFop8C8a',
    'KHA+GkghPjlIIj442DIeOPhy3ijoXo846GqMOOtqjDn66Yw62mzMOsoEDDraAA052hAGOMtzBjjJ0sY4mMKGOLiChXiopoRorK6E',
    'aKyuxOi8vkTsnL4M7L2eDPSu9g+2riIOtq4SGrLuATqSbgBoki4AqJIuEKySKhCskgo0rIIKLK+CyyiugonIr4KYiGnCmIQpwpiA',
    'KcKIkCvAyLA6wEizOtAYrjrQLKo78Cy6efA8mjjwDLo5swSmOrLFcjqS9gI6kq4CaJKuAOiS7hCokmoQq5M6EKmROhyogVo4qIHK',
    'KKiBi2iswYjo7MOIiC3CiIQtwoiALMLIgCzCGJAtwiigLsIooC7R',
  ].join(''),
  fingerprint2: [
    'WbmUycmVrMnplazJ6ZVsyemWbMl5Fq1SMVqLFjJqizY2arMWrqpyza6kcsmupHLJzqRM6U7rlHJO65QyTuuUMld3tRVVVbWN1VWt',
    'jbEVrY25maupuqkzulIpUTIyKlMyMmrTMjJa0zExWtMxNV7TMUVZUzXHWly1zppsxsqabM7KpqzOyqWUTtGklE6xqJRNtajUSbWi',
    '5Gk2J2VyVmdlclZnbdbK5mzWyNZszsnUbM7JlGzqmQxZ6jIrkTIyK5EyMmuVFjL7tBYp1WzNKdVszUmVaOnNFWvpViuzMVUrkzFR',
    'a5MVUVmTFTHZkg0p2ZINJtmSKWbW0ilW5mQyVuZkMlambNbUKi3XpRot1akarc2pWK2pqagoqVojUTJaI1EyWmdTNjJnUzYmZnM2',
    'pmZrNqZmSzamaksmVqmUSFWZlMlVmZTJVZmsycmUrMnJlGzJyZRsycWUTMkWK5USNiuREjYrtxY6a7cWqdRuzanUbM3J1UjpyZVI',
    '6VIpkTJSKZEyMiqTMjFqkzExWpMxUVqTMVFZkzFRWRI1TqokRs6iZEbOqmTOzqqszs6ZnM7JnZzNyZ2czSmVlMlVJiXyViYl8lYi',
    'ZbKWKisyskkbMapZGzGpWBsxqVRTtcpmZNbGpmTWRqZkxlanbdZWZ222NmVrtjZlW7Y2ZVI2uuZkNqiKpEjImqxIyZicycmZnMlJ',
    'mZzJSZmcySmVkkklVqRJVmZlclZmZTLWam3WxGps1siabM7JmmzOyZRs6qmWavIyK5MyMiuTMjZrsxY2a7MW1VRszcVUbM3FVEzp',
    'yZRN6UqrlDIKq5QyKquSNi7pkjYu5ZI2tmWSNrZlWze1ZEs10QiNSdEJncnTGZ3JyZmcScmYnEmpmoxJrdqKSSZa8klWY3VyVmNl',
    'ctRmZba5pmu2uaZrtrukS7Y6pVs2MiVTNiqrc0goq3NIKrtzSSqVUslL1VTJSdVUyUnVVMlRmpTJNqqi8q6qqvKMqqrWzOZs1szG',
    'bM7FVm3O1VRt6vVYjeuxaokysyqJMjIrkRIyW7EVMdmwjSnVNo0t1XaprYVqqVanUjJSJ1EyVmdTNlZrUzY2cXM2tnHzNrZ5kza2',
    'eZo2UpmcWEqZlEhJmqRJKZqiSamaqkmpmqopsVmbKbFZE6m2KiPKtiJjzrYmY1a2Zm02xmZsNsZmbDbGZmw2xmVsptmZjMpZmZTI',
    'WZmVyVmatVlZlm1ZpmZrN6ZmajemZkqn2qiUptqolMi6qJTINqu1WCandVgmZ2s2RmVrNkZ1SqdZOZqnWbmUyVm5lMlZuZTJyZms',
    'yenUrMnp1GzJ6dRsyfFUbckya5ERMiuRMTNrtxW1Wq+VrdiujaXYro2l2KqppagaqkYrUzJKL1EySm9VdspmbXbZdm120XZtdtV2',
    'aRZVd3GUEqmSGRKrkhk5mbZJKZm2yamYtsmpmK7JqpiqqaqoqqlOI1MyTmdTMk5r0zIpadMyMVnTMTFd0zExUVM1SlFSLU6hZE7O',
    'oWRO1qRsTtZmbTa3Zm02t2ZrNjdla7YnaWu2SYmVyEiJlMhJmpTJSZqUyUmalMkxmZTJMZmSSTGZkklWKSVS1iolctZmZTbWZms2',
    'tmZrNqZmazamZmu2pkZLtjiKk8g4hrPIWYdzyMmmbMTJpm3ExWZtxMV6bcS1WErVMpmSWTqZkhk6uZIJKpmSScqZtMnJlKzJyZRs',
    'ycVUTOlWZ5UyVmeVMhZntTIpl7QVqZa0lamYrI2pmKyNqZiqqVIrEzJSK1MyVRtTMlVfUzY1VVM2tVVTNrZlUza2ZVM2VmVTNkqq',
    'pEhGqqRJRZqrSSWam0klmZspKdmbKalZEqnJWFSlymZkxs5mZMbMqqzGTZqsyjWfrMkxn6zJsZEsybGhbKpSIVMyUTlTMlUdUzZV',
    'VpM2NVaTNrVWkza2ZpM2tmaTNkZqpEhGaqRISZqtSSmZm0kpmZspOZmbKTqhE6mqoVKprqFqzs6lLM7OpUzOxWRt1sVmbdbFZm3W',
    'xWZt1gVncdYWZ7IY',
  ].join(''),
} as const;

/** The same as prints to compare with. */
export function syntheticPrints(): Prints {
  const { durationMs, fingerprint, fingerprint2 } = SYNTHETIC_MASTER;
  return { durationMs, items: decodeItems(fingerprint), bandItems: decodeItems(fingerprint2) };
}
