import { Type } from 'typebox';

export const ErrorBody = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'For programs; it does not change.' }),
    message: Type.String({ description: 'For people; it may change.' }),
    type: Type.String(),
    request_id: Type.String(),
    details: Type.Optional(
      Type.Object({ errors: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })) }),
    ),
  }),
});
