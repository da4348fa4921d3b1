import Type, { type TLiteral, type TObject, type TProperties, type TSchema } from "typebox";
import { closed, maximumInputsPerJob, maximumItemsPerInput, recordByName } from "../bounds.js";

/** One type of input source as it crosses the wire; the server adds how its data is fetched. */
export interface InputSource<
  Kind extends string = string,
  Schema extends TObject = TObject,
  Stored extends boolean = boolean,
> {
  /** `input.type` of a submission. */
  readonly type: Kind;
  /** The whole `input` of a submission. */
  readonly schema: Schema;
  /** What `sources` holds for each data item; undefined where `sources` is not used. */
  readonly dataItem: TSchema | undefined;
  /** Fields of `input` whose values are never shown or logged, and deleted when the job ends. */
  readonly secretFields: readonly string[];
  /** Whether the data itself is kept with the job. If not, only its location is, and a retry needs the access again. */
  readonly isStored: Stored;
}

interface SourceParts<Item extends TSchema, Fields extends TProperties, Stored extends boolean> {
  readonly dataItem: Item;
  /** The fields of `input` besides `type` and `sources`. */
  readonly fields: Fields;
  readonly secretFields: readonly (keyof Fields & string)[];
  readonly isStored: Stored;
}

type ByName<Value extends TSchema> = ReturnType<typeof recordByName<Value>>;
type SourceSchema<Kind extends string, Item extends TSchema, Fields extends TProperties> = TObject<
  { type: TLiteral<Kind>; sources: ByName<ByName<Item>> } & Fields
>;

/** An input source whose submissions have `sources`: inputs by name, each with its data items by the model's names for them. */
export function inputSource<
  const Kind extends string,
  Item extends TSchema,
  Fields extends TProperties,
  const Stored extends boolean,
>(
  type: Kind,
  { dataItem, fields, secretFields, isStored }: SourceParts<Item, Fields, Stored>,
): InputSource<Kind, SourceSchema<Kind, Item, Fields>, Stored> {
  const sources = recordByName(recordByName(dataItem, { maxProperties: maximumItemsPerInput }), {
    maxProperties: maximumInputsPerJob,
    description: "Input name -> data item name -> where that data item is.",
  });
  const schema = Type.Object({ type: Type.Literal(type), sources, ...fields }, closed);
  return { type, schema, dataItem, secretFields, isStored };
}
