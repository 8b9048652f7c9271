// What a picture shows as a table, for those who hear the page.

type TableForReadersProps = {
  caption: string;
  head: readonly string[];
  rows: readonly { name: string; cells: readonly (number | string)[] }[];
};

export function TableForReaders({ caption, head, rows }: TableForReadersProps) {
  return (
    // A table does not shrink below its rows, so a box hides it.
    <div className="sr-only">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, at) => (
                <td key={head[at + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
