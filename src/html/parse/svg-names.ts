/** Names in SVG with upper case letters, which the parser restores (HTML standard, 13.2.6.5). */
const ELEMENTS =
  'altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence foreignObject glyphRef linearGradient radialGradient textPath';

const ATTRIBUTES =
  'attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant edgeMode filterUnits glyphRef gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines keyTimes lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth maskContentUnits maskUnits numOctaves pathLength patternContentUnits patternTransform patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY repeatCount repeatDur requiredExtensions requiredFeatures specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles surfaceScale systemLanguage tableValues targetX targetY textLength viewBox viewTarget xChannelSelector yChannelSelector zoomAndPan';

function byLowerCase(names: string): Map<string, string> {
  return new Map(names.split(' ').map((name) => [name.toLowerCase(), name]));
}

const svgElements = byLowerCase(ELEMENTS);
const svgAttributes = byLowerCase(ATTRIBUTES);

/** The name of an SVG element in the DOM. */
export function svgName(name: string): string {
  return svgElements.get(name) ?? name;
}

/** The name of an SVG attribute in the DOM. */
export function svgAttribute(name: string): string {
  return svgAttributes.get(name) ?? name;
}

/** The name of a MathML attribute in the DOM. */
export function mathAttribute(name: string): string {
  return name === 'definitionurl' ? 'definitionURL' : name;
}
