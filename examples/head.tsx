interface HeadProps {
  title: string;
  description: string;
  stylesheet: string;
}

export const Head = ({ title, description, stylesheet }: HeadProps) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="description" content={description} />
    <title>{title}</title>
    <link rel="icon" href="/favicon.svg" />
    <link rel="stylesheet" href={stylesheet} />
  </head>
);
